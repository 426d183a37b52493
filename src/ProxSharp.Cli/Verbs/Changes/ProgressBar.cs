namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Draws a bar of plain characters.</summary>
internal static class ProgressBar
{
    /// <summary>Returns a bar.</summary>
    /// <param name="fraction">How full it is, from 0 to 1.</param>
    /// <param name="width">How many characters lie between its ends.</param>
    public static string Draw(double fraction, int width)
    {
        int full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * width);
        return $"[{new string('#', full)}{new string('.', width - full)}]";
    }
}
