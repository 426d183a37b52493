using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A console over two streams, as the process has them.</summary>
internal sealed class StreamConsole(Stream output, Stream errors) : IConsoleHost, IDisposable
{
    private readonly StreamWriter _out = new(new StandardStream(() => output, isNeeded: true), bufferSize: 16 * 1024) { NewLine = "\n" };
    private readonly StreamWriter _error = new(new StandardStream(() => errors, isNeeded: false), bufferSize: 1024) { NewLine = "\n", AutoFlush = true };

    public TextReader In => TextReader.Null;

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public bool IsInputTerminal => false;

    public bool IsOutputTerminal => false;

    public bool IsErrorTerminal => false;

    public int? Width => null;

    public Stream OpenOutput() => output;

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }
}
