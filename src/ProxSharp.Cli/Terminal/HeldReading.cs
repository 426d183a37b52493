namespace ProxSharp.Cli.Terminal;

/// <summary>Reads what another program may keep open without writing: standard input, a pipe. The system's own reading does not end at Ctrl-C.</summary>
internal static class HeldReading
{
    /// <summary>Reads; whoever gives up leaves the reading behind, and the end of the process ends it.</summary>
    public static Task<string> RunAsync(Func<Task<string>> read, CancellationToken cancellationToken) =>
        Task.Run(read, CancellationToken.None).WaitAsync(cancellationToken);

    /// <summary>Reads a file that somebody named, which may be a pipe.</summary>
    public static Task<string> OfFileAsync(string path, CancellationToken cancellationToken) =>
        RunAsync(() => File.ReadAllTextAsync(path, cancellationToken), cancellationToken);

    /// <summary>Reads standard input to its end.</summary>
    public static Task<string> ToEndAsync(IConsoleHost console, CancellationToken cancellationToken) =>
        RunAsync(() => console.In.ReadToEndAsync(cancellationToken), cancellationToken);
}
