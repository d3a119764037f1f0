using System.Globalization;

namespace FineTuneStudio.Engine.Contracts;

/// <summary>Sizes as people read them: three or four digits, binary units.</summary>
public static class ByteSize
{
    /// <summary>1.5 GiB, 34.5 MiB, 812 B.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 1L << 30 => Number(bytes / (double)(1L << 30), "0.##") + " GiB",
        >= 1L << 20 => Number(bytes / (double)(1L << 20), "0.#") + " MiB",
        >= 1L << 10 => Number(bytes / (double)(1L << 10), "0.#") + " KiB",
        _ => Number(bytes, "0") + " B",
    };

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
