"""One small file of every cycler format that can be written here, all of one test: 100 ohm at +1 mA, then at -1 mA."""

import io
import zipfile
from xml.sax.saxutils import escape

import numpy as np

STEPS = [(60 * k, 1e-3 if k < 10 else -1e-3) for k in range(20)]
"""Time in s and current in A of each record; the voltage is 100 ohm times the current."""


def _clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


_NEWARE = [
    "DataPoint",
    "Cycle Index",
    "Step Index",
    "Step Type",
    "Time",
    "Total Time",
    "Current(mA)",
    "Voltage(V)",
    "T1(?)",
]


def _neware_rows():
    return [
        [
            k + 1,
            1,
            1 if i > 0 else 2,
            "CC Chg" if i > 0 else "CC DChg",
            _clock(t % 600),
            _clock(t),
            i * 1e3,
            i * 100,
            25.5,
        ]
        for k, (t, i) in enumerate(STEPS)
    ]


def _csv(rows, separator=","):
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def _layered():
    lines = [
        "Cycle Index,Chg. Cap.(Ah)",
        ",Step Index,Step Number,Step Type",
        ",,DataPoint,Total Time,Current(A),Voltage(V)",
    ]
    lines.append("1,0.1")
    for k, (t, i) in enumerate(STEPS):
        if k in (0, 10):
            lines.append(f",{1 + k // 10},{1 + k // 10},{'CC Chg' if i > 0 else 'CC DChg'}")
        lines.append(f",,{k + 1},{_clock(t)},{i:.6f},{i * 100:.4f}")
    return "\n".join(lines) + "\n"


DATE, CLOCK, LENGTH = 1, 2, 3
"""Forms of a cell of a workbook: yyyy-mm-dd hh:mm:ss, hh:mm:ss and [h]:mm:ss."""
_FORMS = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><cellXfs count="4">'
    '<xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="21"/><xf numFmtId="46"/></cellXfs>'
)


def workbook(sheets):
    """The bytes of a workbook, as plain as the format allows; a cell is a text, a number, or a number and its form."""

    def cell(value):
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        if isinstance(value, tuple):
            return f'<c s="{value[1]}"><v>{value[0]!r}</v></c>'
        return f"<c><v>{value}</v></c>"

    bodies = ["".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows) for rows in sheets.values()]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    document = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{k}.xml" ContentType="{document}.worksheet+xml"/>' for k in numbers
    )
    listed = "".join(f'<sheet name="{name}" sheetId="{k}" r:id="r{k}"/>' for k, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="r{k}" Type="{office}/worksheet" Target="worksheets/sheet{k}.xml"/>' for k in numbers
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{document}.sheet.main+xml"/><Override PartName="/xl/styles.xml" '
        f'ContentType="{document}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}'
        '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{_FORMS}</styleSheet>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r0" '
        f'Type="{office}/styles" Target="styles.xml"/>{related}</Relationships>',
    }
    for k, body in enumerate(bodies, 1):
        parts[f"xl/worksheets/sheet{k}.xml"] = f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return held.getvalue()


def _hdf5():
    import h5py

    held = io.BytesIO()
    names = ["Test_Time", "Current", "Voltage"]
    pickled = "(lp0\n" + "a".join(f"V{name}\np{k}\n" for k, name in enumerate(names, 1)) + "a."
    table = np.zeros(len(STEPS), dtype=[("index", "<i8"), ("values_block_0", "<f8", (3,))])
    table["values_block_0"] = [(t, i, i * 100) for t, i in STEPS]
    with h5py.File(held, "w") as file:
        file["data_df/table"] = table
        file["data_df/table"].attrs["values_block_0_kind"] = np.bytes_(pickled)
    return held.getvalue()


def parquet(names, columns):
    """The bytes of a Parquet file; skips without pyarrow."""
    import pytest

    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as writer

    held = io.BytesIO()
    writer.write_table(pyarrow.table(dict(zip(names, columns, strict=True))), held)
    return held.getvalue()


SMALL_CYCLER = {
    "biologic": (
        "EC-Lab ASCII FILE\nNb header lines : 5\n\nModulo Bat\n"
        "time/s\tEwe/V\tI/mA\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t\n"
        + "".join(f"{t}.0\t0.1\t1.0\t0.0\t0.0\t0.0\n" for t in range(0, 100, 10))
        + "".join(f"{100 + k}.0\t0.0\t0.0\t{10.0 ** (5 - k)}\t{50.0 + k}\t2.0\n" for k in range(5))
        + "".join(f"{t}.0\t-0.1\t-1.0\t0.0\t0.0\t0.0\n" for t in range(110, 210, 10))
    ),
    "bdf": "Test Time / min,Current / mA,Voltage / mV,Applied Pressure / MPa\n"
    + _csv((t // 60, i * 1e3, i * 1e5, 5) for t, i in STEPS),
    "neware": _csv([_NEWARE, *_neware_rows()]),
    "neware-layered": _layered(),
    "arbin": "Data_Point,Test_Time(s),Step_Index,Cycle_Index,Current(A),Voltage(V),Aux_Temperature_1(C)\n"
    + _csv((k + 1, f"{t}.5", 1, 1, f"{i:.6f}", f"{i * 100:.4f}", "25.00") for k, (t, i) in enumerate(STEPS)),
    "maccor": "Name:\tcell\n\nRec\tCycle C\tStep\tTestTime\tCurrent [A]\tVoltage [V]\tMd\tES\tDPT Time\tVAR1\n\n"
    + _csv(
        (
            (k + 1, 1, 1, f"{t / 60:.4f}", f"{abs(i):.6f}", f"{i * 100:.4f}", "C" if i > 0 else "D", 1,
             f"1/2/2024 3:{t // 60:02d}:00 PM", "0.0000")
            for k, (t, i) in enumerate(STEPS)
        ),
        "\t",
    ),
    "pec": "Request Year:,2026\nTest:,1\nTest,Cell,Step,Total Time (Hours in hh:mm:ss.xxx),"
    "Load On Time (Hours in hh:mm:ss.xxx),Voltage (V),Current (A),ReasonCode,Temp (°C)\n"
    + _csv((1, 1, 1, f"{_clock(t)}.000", "00:00:00", f"{i * 100:.4f}", f"{i:.6f}", 30, "19.26") for t, i in STEPS),
    "generic": "my potentiostat\nt [min];E (mV);I (mA)\n"
    + _csv(((t // 60, f"{i * 1e5:.1f}", f"{i * 1e3:.2f}") for t, i in STEPS), ";").replace(".", ","),
    "excel": workbook({"record": [_NEWARE, *_neware_rows()]}),
    "arbin-hdf5": _hdf5(),
}  # fmt: skip
SMALL_CYCLER = {name: text if isinstance(text, bytes) else text.encode() for name, text in SMALL_CYCLER.items()}

ONLY_REAL = {
    "biologic-binary": "symcell/ca.mpr",
    "neware-binary": "cycler_neware/new_nda_file.nda",
    "arbin-database": "cycler_cellpy/aux_one_x_dx.res",
}
"""Formats of which no file can be written here: the smallest real one stands in."""

PACKAGES = {
    "biologic-binary": "galvani", "neware-binary": "fastnda", "arbin-database": "access_parser",
    "excel": "python_calamine", "parquet": "pyarrow",
}  # fmt: skip

REAL_CYCLER = {
    "biologic": {
        "symcell/mb.mpt": (1028, 8), "symcell/ca.mpt": (721, 0), "symcell/vsp_ocv_wo.mpt": (121, 0),
        "eis_impedancepy/exampleDataBioLogic.mpt": (0, 1),
    },
    "biologic-binary": {
        "symcell/mb.mpr": (1028, 8), "symcell/ca.mpr": (721, 0), "symcell/gcpl.mpr": (12057, 0),
        "symcell/zir.mpr": (0, 1), "cycler_cellpy/biol.mpr": (23251, 5),
    },
    "bdf": {"cycler_cellpy/batmo_bdf.csv": (21206, 0)},
    "neware": {"cycler_cellpy/neware_uio.csv": (9065, 0)},
    "neware-layered": {"cycler_cellpy/nw_regular_export_ife_example.csv": (9295, 0)},
    "neware-binary": {
        "cycler_neware/2-1-6_61[07005012].nda": (15567, 0), "cycler_neware/TestFile.nda": (6670, 0),
        "cycler_neware/new_nda_file.nda": (439, 0),
        "cycler_neware/123456789012_Unit27_Example_Data_File.ndax": (301, 0),
        "cycler_neware/BTS85-36-6-5-110-20240424.ndax": (699677, 0),
        "cycler_cellpy/20260302_IFE_BTS85_2_9_8_1.ndax": (252951, 0),
    },
    "arbin-database": {
        "cycler_cellpy/20160805_test001_45_cc_01.res": (10261, 0), "cycler_cellpy/aux_one_x_dx.res": (7235, 0),
    },
    "arbin-hdf5": {"cycler_cellpy/20200624_test001_cc_01.h5": (47, 0)},
    "maccor": {"cycler_cellpy/maccor_002.txt": (7446, 0)},
    "pec": {"cycler_cellpy/Test25205.csv": (489, 0)},
}  # fmt: skip
"""Records and spectra of every real file."""
