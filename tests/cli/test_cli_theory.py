"""``lisse theory``: lists, shows, evaluates; refuses with a suggestion."""

import argparse
import json

import pytest

from lisse.cli import theory as verb
from lisse.errors import InvalidInput
from lisse.theory import index

SALT = ["--salt-concentration=1e3", "--diffusivity", "1e-12", "--transference-number", "0.2"]
SAND = ["sand_time", *SALT, "--current_density"]


@pytest.fixture
def lisse(capsys):
    def call(*words):
        parser = argparse.ArgumentParser()
        verb.add_parser(parser.add_subparsers())
        args = parser.parse_args(["theory", *words])
        assert args.run(args) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return call


def test_list_has_one_line_for_each_formula(lisse):
    lines = lisse().splitlines()
    for name in index.names():
        assert sum(line.strip().startswith(f"{name} ") for line in lines) == 1
    assert set(index.SECTIONS) <= set(lines)
    assert not any("`" in line for line in lines)


def test_list_as_json(lisse):
    formulas = json.loads(lisse("--json"))["theory"]
    sand = next(entry for entry in formulas if entry["name"] == "sand_time")
    assert [entry["name"] for entry in formulas] == list(index.names())
    assert sand["unit"] == "s"
    assert sand["arguments"][0] == {
        "name": "current_density",
        "unit": "A/m^2",
        "choices": None,
        "required": True,
        "default": None,
        "text": "Current density i; the magnitude is used.",
    }


def test_help(lisse):
    assert "lisse theory [NAME --argument VALUE ...]" in lisse("--help")
    shown = lisse("sand-time", "--help")
    assert shown.startswith("sand_time\n")
    assert "Source: sand1901" in shown


def test_value_with_unit(lisse):
    content = json.loads(lisse(*SAND, "1 mA/cm^2", "--json"))
    assert content["name"] == "sand_time"
    assert content["value"] == pytest.approx(114.24, abs=0.01)
    assert content["unit"] == "s"
    assert content["inputs"]["current_density"] == pytest.approx(10.0)
    assert content["inputs"]["thickness"] is None
    assert content["reference"] == "sand1901, brissot1999, bai2016"


def test_text_names_the_source(lisse):
    out = lisse(*SAND, "10")
    assert out.splitlines()[0] == "sand_time = 114.244 s"
    assert "Brissot and others 1999" in out


def test_lists_broadcast(lisse):
    assert len(json.loads(lisse("--json", *SAND, "1 mA/cm^2, 20, 30"))["value"]) == 3
    assert lisse("lithium_thickness", "--areal-charge", "1 mAh/cm^2,0").startswith("lithium_thickness = [4.85")


def test_infinite_and_undefined(lisse):
    assert json.loads(lisse(*SAND, "0", "--json"))["value"] == "inf"
    call = ["critical_shear_ratio", "--poisson-ratio-electrolyte", "0.3", "--poisson-ratio-metal", "0.4", "--json"]
    assert json.loads(lisse(*call, "--molar-volume-ratio", "1"))["value"] is None
    infinite = json.loads(lisse(*call, "--molar-volume-ratio", "inf"))
    assert infinite["value"] == pytest.approx(1.8)
    assert infinite["inputs"]["molar_volume_ratio"] == "inf"


def test_named_fields(lisse):
    words = ["interface_stability", "--wavenumber", "1e8,2e8", "--shear-modulus-electrolyte"] + ["60 GPa"]
    words += ["--poisson-ratio-electrolyte", "0.26", "--shear-modulus-metal", "3.4e9", "--poisson-ratio-metal", "0.42"]
    words += ["--molar-volume-ratio", "0.1", "--surface-energy", "0.5"]
    content = json.loads(lisse(*words, "--json"))
    assert content["stable"] == [False, False]
    assert content["unit"]["total"] == "J/mol/m"
    assert len(content["hydrostatic"]) == 2
    assert "stable = [False, False]" in lisse(*words)


def test_vectors_matrices_and_words(lisse):
    out = lisse("hashin_shtrikman", "--conductivities", "1 mS/cm, 0.2", "--fractions", "50 %,0.5")
    assert out.startswith("lower = 0.14")
    row = ";".join(",".join("20e9" if i == j else "0" for j in range(6)) for i in range(6))
    words = ["--stiffness-electrolyte", row, "--stiffness-metal", row, "--normal", "0,0,1", "--direction", "1,0,0"]
    rest = ["--wavenumber", "1e8", "--molar-volume-ratio", "0.1", "--surface-energy", "0.5", "--pressure", "trace"]
    assert "total = " in lisse("interface_stability_anisotropic", *words, *rest)
    assert lisse("boss_focusing", "--aspect-ratio", "3", "--dimension", "2").startswith("boss_focusing = 4\n")
    pair = ["lithium_potential_profile", "--position", "0", "--voltage", "5", "--thicknesses", "1"]
    pair += ["--ionic-conductivities", "1", "--electronic-conductivities", "1", "--ionic-interface-resistance", "1,3"]
    assert lisse(*pair).startswith("lithium_potential_profile = 1 V")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sand_tme"], "theory: got 'sand_tme'.*Did you mean 'sand_time'"),
        (["qqqq"], "For example .* in all.*List them with: lisse theory"),
        (["--thickness", "1"], "theory: got '--thickness'; allowed: the name of a formula"),
        ([*SAND, "10", "--thicknes", "1"], "sand_time: got '--thicknes'; allowed: --current-density.*mean --thickness"),
        ([*SAND, "10", "5e-5"], "theory sand_time: got '5e-5'"),
        ([*SAND], "theory sand_time: got '--current_density'; allowed: a value"),
        ([*SAND, "1", "--current-density", "2"], "each argument once"),
        (["sand_time"], "allowed: also --current-density, --salt-concentration, .*, missing here"),
        ([*SAND, "10 V"], "--current-density: got '10 V'"),
        ([*SAND, "ten"], "--current-density: got 'ten'"),
        ([*SAND, "nan"], "current_density: got nan"),
        ([*SAND, "1,2", "--thickness", "1,2,3"], "2 for --current-density, 3 for --thickness.*lists of one length"),
        (["boss_focusing", "--aspect-ratio", "1", "--dimension", "2.5"], "--dimension: got '2.5'"),
        (["patch_focusing", "--position-ratio", "2", "--shape", "disk"], "shape: got 'disk'.*mean 'disc'"),
    ],
)
def test_refusals(lisse, words, message):
    with pytest.raises(InvalidInput, match=message):
        lisse(*words)
