using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ProxSharp.Cli.Terminal;

/// <summary>The streams of this process. Nothing is opened before it is used: <c>--version</c> must be quick.</summary>
internal sealed class SystemConsoleHost : IConsoleHost, IDisposable
{
    // Terminfo calls it rmkx: cursor keys and keypad send what they send in a shell.
    private const string PlainKeys = "\e[?1l\e>";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<TextReader> _in = new(static () => new StreamReader(StandardFiles.OpenInput(), s_utf8));
    private readonly Lazy<TextWriter> _out = new(static () => new StreamWriter(Results(), s_utf8, 16 * 1024) { NewLine = "\n" });
    private readonly Lazy<TextWriter> _error = new(
        static () => new StreamWriter(new StandardStream(StandardFiles.OpenError, isNeeded: false), s_utf8, 1024) { AutoFlush = true, NewLine = "\n" });

    /// <summary>Takes the streams that the process was given, before any other file is opened.</summary>
    public SystemConsoleHost() => StandardFiles.Hold();

    /// <inheritdoc/>
    public TextReader In => _in.Value;

    /// <inheritdoc/>
    public TextWriter Out => _out.Value;

    /// <inheritdoc/>
    public TextWriter Error => _error.Value;

    /// <inheritdoc/>
    public bool IsInputTerminal => !StandardFiles.IsMissing(StandardFiles.Input) && !Console.IsInputRedirected;

    /// <inheritdoc/>
    public bool IsOutputTerminal => !StandardFiles.IsMissing(StandardFiles.Output) && !Console.IsOutputRedirected;

    /// <inheritdoc/>
    public bool IsErrorTerminal => !StandardFiles.IsMissing(StandardFiles.Error) && !Console.IsErrorRedirected;

    /// <inheritdoc/>
    public int? Width => IsOutputTerminal && Console.WindowWidth is > 0 and int width ? width : null;

    /// <inheritdoc/>
    public int? Height => IsOutputTerminal && Console.WindowHeight is > 0 and int height ? height : null;

    /// <inheritdoc/>
    public Stream OpenOutput() => new StandardStream(StandardFiles.OpenOutput, isNeeded: true, static () => ClosedPipe.IsClosed(StandardFiles.Output));

    /// <inheritdoc/>
    public Stream OpenInput() => OperatingSystem.IsWindows() || !IsInputTerminal
        ? StandardFiles.OpenInput()
        : new FileStream(new SafeFileHandle(StandardFiles.Input, ownsHandle: false), FileAccess.Read, bufferSize: 0); // The runtime's own stream edits lines at a terminal.

    /// <inheritdoc/>
    public string? ReadSecret(string question)
    {
        if (!IsInputTerminal)
        {
            Error.Write(question);
            return In.ReadLine();
        }

        // From its first look at the keyboard on the runtime keeps the terminal from showing what is typed: before the question, to which an answer may come at once.
        _ = Console.KeyAvailable;
        Error.Write(question);
        StringBuilder secret = new();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                secret.Length = Math.Max(0, secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.Append(key.KeyChar);
            }
        }

        Error.WriteLine();
        return secret.ToString();
    }

    /// <inheritdoc/>
    public ConsoleKeyInfo? TryReadKey() => IsInputTerminal && Console.KeyAvailable ? Console.ReadKey(intercept: true) : null;

    /// <inheritdoc/>
    public async Task WaitForClosedOutputAsync(CancellationToken cancellationToken)
    {
        // Where there was no output from the start no reader has gone: what is written finds that, and fails.
        bool isSilent = IsOutputTerminal || StandardFiles.IsMissing(StandardFiles.Output);
        while (isSilent || !ClosedPipe.IsClosed(StandardFiles.Output))
        {
            await Task.Delay(isSilent ? Timeout.InfiniteTimeSpan : s_look, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public IDisposable? WatchStops(Action stop, Action goOn) => OperatingSystem.IsWindows() ? null : new StopSignals(stop, goOn);

    /// <inheritdoc/>
    public bool IsInBackground => !OperatingSystem.IsWindows() && StopSignals.IsInBackground(StandardFiles.Output);

    /// <inheritdoc/>
    public void ComeToFront()
    {
        if (!OperatingSystem.IsWindows())
        {
            StopSignals.GoOn();
        }
    }

    /// <inheritdoc/>
    public IDisposable? EnterRawMode() => RawTerminal.Enter();

    /// <summary>Takes back what the runtime does at a terminal with its first use: it switches the keys to another form, and leaves them in it.</summary>
    public void Dispose()
    {
        if (!IsOutputTerminal || OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb")
        {
            return;
        }

        try
        {
            Out.Write(PlainKeys);
            Out.Flush();
        }
        catch (Exception e) when (e is ClosedOutputException or IOException)
        {
            // The terminal has gone, and its settings with it.
        }
    }

    private static StandardStream Results() => new(StandardFiles.OpenOutput, isNeeded: true);
}
