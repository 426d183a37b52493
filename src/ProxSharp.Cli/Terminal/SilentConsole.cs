namespace ProxSharp.Cli.Terminal;

/// <summary>A console at which nobody can be asked, and that shows no messages.</summary>
/// <param name="inner">Where results go.</param>
internal sealed class SilentConsole(IConsoleHost inner) : IConsoleHost
{
    /// <inheritdoc/>
    public TextReader In => TextReader.Null;

    /// <inheritdoc/>
    public TextWriter Out => inner.Out;

    /// <inheritdoc/>
    public TextWriter Error => TextWriter.Null;

    /// <inheritdoc/>
    public bool IsInputTerminal => false;

    /// <inheritdoc/>
    public bool IsOutputTerminal => false;

    /// <inheritdoc/>
    public bool IsErrorTerminal => false;

    /// <inheritdoc/>
    public int? Width => null;

    /// <inheritdoc/>
    public Stream OpenOutput() => inner.OpenOutput();
}
