namespace ProxSharp.Pve.Monitoring;

/// <summary>A line of a log.</summary>
/// <param name="Number">The number of the line, from 1.</param>
/// <param name="Text">The text.</param>
public readonly record struct LogLine(long Number, string Text)
{
    /// <summary>Returns the text.</summary>
    public override string ToString() => Text;
}
