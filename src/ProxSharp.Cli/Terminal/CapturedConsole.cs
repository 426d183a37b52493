namespace ProxSharp.Cli.Terminal;

/// <summary>A console whose results are kept; everything else is that of another one.</summary>
/// <param name="inner">The other one.</param>
/// <param name="results">Where results go.</param>
internal sealed class CapturedConsole(IConsoleHost inner, TextWriter results) : IConsoleHost
{
    /// <inheritdoc/>
    public TextReader In => inner.In;

    /// <inheritdoc/>
    public TextWriter Out => results;

    /// <inheritdoc/>
    public TextWriter Error => inner.Error;

    /// <inheritdoc/>
    public bool IsInputTerminal => inner.IsInputTerminal;

    /// <inheritdoc/>
    public bool IsOutputTerminal => inner.IsOutputTerminal;

    /// <inheritdoc/>
    public bool IsErrorTerminal => inner.IsErrorTerminal;

    /// <inheritdoc/>
    public int? Width => inner.Width;

    /// <inheritdoc/>
    public int? Height => inner.Height;

    /// <inheritdoc/>
    public Stream OpenOutput() => inner.OpenOutput();

    /// <inheritdoc/>
    public Stream OpenInput() => inner.OpenInput();

    /// <inheritdoc/>
    public string? ReadSecret(string question) => inner.ReadSecret(question);

    /// <inheritdoc/>
    public ConsoleKeyInfo? TryReadKey() => inner.TryReadKey();

    /// <inheritdoc/>
    public Task WaitForClosedOutputAsync(CancellationToken cancellationToken) => inner.WaitForClosedOutputAsync(cancellationToken);

    /// <inheritdoc/>
    public IDisposable? WatchStops(Action stop, Action goOn) => inner.WatchStops(stop, goOn);

    /// <inheritdoc/>
    public IDisposable? EnterRawMode() => inner.EnterRawMode();
}
