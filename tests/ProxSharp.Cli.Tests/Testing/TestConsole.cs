using System.Collections.Concurrent;
using System.Text;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Standard streams in memory.</summary>
internal sealed class TestConsole : IConsoleHost, IDisposable
{
    private readonly TaskCompletionSource _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FlushedWriter _out;
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly MemoryStream _bytes = new();

    public TestConsole() => _out = new FlushedWriter(_flushed) { NewLine = "\n" };

    /// <summary>Ends when standard output is flushed for the first time.</summary>
    public Task Flushed => _flushed.Task;

    public TextReader In { get; init; } = new StringReader("");

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public bool IsInputTerminal { get; init; }

    public bool IsOutputTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    public int? Width { get; init; }

    public int? Height { get; set; }

    /// <summary>Is told when a frame has been written; null tells nobody.</summary>
    public Action? Painted { get => _out.Painted; set => _out.Painted = value; }

    /// <summary>The keys that are pressed one after the other while the program looks for them.</summary>
    public ConcurrentQueue<ConsoleKeyInfo> Pressed { get; } = new();

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when somebody wants to know whether the output is still read.</summary>
    public Task Watched => _watched.Task;

    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reader of standard output goes away.</summary>
    public void CloseOutput() => _closed.TrySetResult();

    public Task WaitForClosedOutputAsync(CancellationToken cancellationToken)
    {
        _watched.TrySetResult();
        return _closed.Task.WaitAsync(cancellationToken);
    }

    public bool IsInBackground { get; set; }

    /// <summary>How often the terminal was set up again.</summary>
    public int Returns { get; private set; }

    public void ComeToFront() => Returns++;

    /// <summary>Stops the program and lets it go on, as a shell does; null as long as it watches neither.</summary>
    public (Action Stop, Action GoOn)? Stops { get; private set; }

    public IDisposable? WatchStops(Action stop, Action goOn)
    {
        Stops = (stop, goOn);
        return null;
    }

    public ConsoleKeyInfo? TryReadKey() => Pressed.TryDequeue(out ConsoleKeyInfo key) ? key : null;

    /// <summary>What is typed as bytes; null takes <see cref="In"/>.</summary>
    public Stream? Keys { get; init; }

    public Stream OpenInput() => Keys ?? new MemoryStream(Encoding.UTF8.GetBytes(In.ReadToEnd()));

    public string Output => _out.ToString() + Encoding.UTF8.GetString(_bytes.ToArray());

    public string Errors => _error.ToString();

    public Stream OpenOutput() => new StandardStream(() => _bytes, isNeeded: true, IsOutputClosed);

    /// <summary>Tells whether nobody reads the output any more; null if that is not looked at.</summary>
    public Func<bool>? IsOutputClosed { get; init; }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        _bytes.Dispose();
    }

    private sealed class FlushedWriter(TaskCompletionSource flushed) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
    {
        public Action? Painted { get; set; }

        public override void Flush() => Painted?.Invoke();

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            flushed.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
