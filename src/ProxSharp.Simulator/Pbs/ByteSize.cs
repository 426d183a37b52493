using System.Globalization;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Writes sizes the way task logs do.</summary>
internal static class ByteSize
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>A size with up to three decimals, for example <c>108.784 MiB</c>.</summary>
    public static string Text(double bytes)
    {
        int unit = 0;
        while (bytes >= 1024 && unit < s_units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.###} {s_units[unit]}");
    }

    public static string MebiBytes(long bytes) => (bytes / 1048576.0).ToString("F2", CultureInfo.InvariantCulture);
}
