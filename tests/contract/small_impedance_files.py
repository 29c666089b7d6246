"""One small file of every impedance format, all of the same sweep: 1e5 to 10 Hz, Z = 50 - 2j, 51 - 2j ... ohm."""

SWEEP = [(10.0 ** (5 - k), 50.0 + k, -2.0) for k in range(5)]

_ZVIEW = "".join(
    f"{f:.6E}\t1.0E-02\t0.0E+00\t{k + 1}.0E+00\t{re:.4E}\t{im:.4E}\t0.0E+00\t0\t4\n"
    for k, (f, re, im) in enumerate(SWEEP)
)
_PAR = "".join(f"0,{k},0,-3E-06,{k + 1}.5,5,{f},{re},{im},0.02\n" for k, (f, re, im) in enumerate(SWEEP))

SMALL_IMPEDANCE = {
    "gamry": (
        "EXPLAIN\nTAG\tEISPOT\nPSTAT\tPSTAT\tREF600\tPotentiostat\nAREA\tQUANT\t1.0E+000\t&Area (cm^2)\n"
        "FREQFINAL\tQUANT\t1.0E+001\tFinal Fre&q. (Hz)\n"
        "OCVCURVE\tTABLE\t2\n\tPt\tT\tVf\tOver\n\t#\ts\tV vs. Ref.\tbits\n"
        "\t0\t0.5\t1E-3\t...a\n\t1\t1.0\t2E-3\t...a\nEOC\tQUANT\t0.002\tOpen Circuit (V)\n"
        "ZCURVE\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\tZphz\tIERange\n\t#\ts\tHz\tohm\tohm\t\xb0\t#\n"
        + "".join(f"\t{k}\t{k + 1}\t{f}\t{re}\t{im}\t-2.3\t9\n" for k, (f, re, im) in enumerate(SWEEP))
    ),
    "zview": (
        "ZPLOT2 ASCII\n  Measured Data, ZPlot:       3.2c\n    Surface Area:             1\n"
        "  Data Points:                5\n"
        "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange\nEnd Comments\n" + _ZVIEW
    ),
    "autolab": (
        '"Z60W Data File: Version 1.1"\n""\n0,2,0,1,10,100000\n5\n'
        "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range\"\n"
        + "".join(f"{f},0,0,0,{re},{im},0,0,0\n" for f, re, im in SWEEP)
    ),
    "versastudio": (
        "<Application>\nName=VersaStudio\n</Application>\n<Action0>\nWorking Electrode Area (cm2)=1\n</Action0>\n"
        "<Instrument>\nType=VersaSTAT4\n</Instrument>\n<Action1>\nEnd Frequency (Hz)=10\n</Action1>\n<Segment1>\n"
        "Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), Current Range, Frequency(Hz), Z Real, Z Imag, "
        f"AC Amplitude, 0\n{_PAR}</Segment1>\n"
    ),
    "chinstruments": (
        "Feb. 20, 2020   15:55:08\nA.C. Impedance\nInstrument Model:  CHI660E\n\nLow Frequency (Hz) = 10\n\n"
        "Freq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg\n\n"
        + "".join(f"{f:.3e}, {re:.3e}, {im:.3e}, {re:.3e}, -2.3\n" for f, re, im in SWEEP)
    ),
    "parstat": (
        "Potential (V)\tCurrent (A)\tElapsed Time (s)\tFrequency (Hz)\tZre (ohms)\tZim (ohms)\t|Vac| (V)\t|Iac| (A)\t\n"
        + "".join(f"0.1\t0.001\t{10 * t}\t0\t0\t0\t0\t0\t\n" for t in range(10))
        + "".join(f"0.1\t0.001\t{100 + k}\t{f}\t{re}\t{im}\t0.01\t0.01\t\n" for k, (f, re, im) in enumerate(SWEEP))
        + "".join(f"-0.1\t-0.001\t{110 + 10 * t}\t0\t0\t0\t0\t0\t\n" for t in range(10))
    ),
    "powersuite": "Frequency\t Zre\t Zimg\n" + "".join(f"{f}\t {re}\t {im}\n" for f, re, im in SWEEP),
    "impedance-table": "Frequency / Hz;Z' / Ohm;-Z'' / Ohm\n"
    + "".join(f"{f};{re};{-im}\n" for f, re, im in SWEEP),
}  # fmt: skip

_EIS = "eis_impedancepy/"
REAL_IMPEDANCE = {
    "gamry": [f"{_EIS}exampleDataGamry.DTA", f"{_EIS}exampleDataGamryABORT.DTA"],
    "zview": [f"{_EIS}exampleDataZPlot.z", *(f"{_EIS}Circuit{k}_EIS_1.z" for k in (1, 2, 3))],
    "autolab": [f"{_EIS}exampleDataAutolab.txt"],
    "versastudio": [f"{_EIS}exampleDataVersaStudio.par"],
    "chinstruments": [f"{_EIS}exampleDataCHInstruments.txt"],
    "parstat": [f"{_EIS}exampleDataParstat.txt"],
    "powersuite": [f"{_EIS}exampleDataPowersuite.txt"],
    "impedance-table": [f"{_EIS}exampleData.csv"],
}
