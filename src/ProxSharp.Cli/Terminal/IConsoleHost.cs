namespace ProxSharp.Cli.Terminal;

/// <summary>The three standard streams and what is known about the terminal behind them.</summary>
internal interface IConsoleHost
{
    /// <summary>Standard input.</summary>
    TextReader In { get; }

    /// <summary>Standard output: results only.</summary>
    TextWriter Out { get; }

    /// <summary>Standard error: errors, progress, questions.</summary>
    TextWriter Error { get; }

    /// <summary>True if a person can answer questions.</summary>
    bool IsInputTerminal { get; }

    /// <summary>True if results go to a terminal, false if they go to a file or pipe.</summary>
    bool IsOutputTerminal { get; }

    /// <summary>True if messages go to a terminal.</summary>
    bool IsErrorTerminal { get; }

    /// <summary>The terminal's width in columns; null if there is no terminal.</summary>
    int? Width { get; }

    /// <summary>The terminal's height in lines; null if there is no terminal.</summary>
    int? Height => null;

    /// <summary>Opens standard output for raw bytes.</summary>
    Stream OpenOutput();

    /// <summary>Opens standard input for raw bytes.</summary>
    Stream OpenInput() => Stream.Null;

    /// <summary>Asks and reads a line without showing what is typed; null at the end of input.</summary>
    /// <param name="question">What is written before the line is read.</param>
    string? ReadSecret(string question)
    {
        Error.Write(question);
        Error.Flush();
        return In.ReadLine();
    }

    /// <summary>Returns a key that was pressed, without waiting for one; null if none was.</summary>
    ConsoleKeyInfo? TryReadKey() => null;

    /// <summary>Ends when nobody reads standard output any more, which a terminal or a file never tells.</summary>
    Task WaitForClosedOutputAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Watches for the user stopping the program (Ctrl-Z) and letting it go on (fg), until the result is disposed; null where there is no such thing.
    /// </summary>
    /// <param name="stop">Is run before the program stops.</param>
    /// <param name="goOn">Is run when it goes on.</param>
    IDisposable? WatchStops(Action stop, Action goOn) => null;

    /// <summary>Whether the terminal belongs to other programs now: this one goes on in the background (bg).</summary>
    bool IsInBackground => false;

    /// <summary>Sets the terminal up again, whose settings are the shell's since this program was in the background.</summary>
    void ComeToFront()
    {
    }

    /// <summary>Lets every key through to the program as it is pressed, until the result is disposed; null where the terminal cannot.</summary>
    IDisposable? EnterRawMode() => null;
}
