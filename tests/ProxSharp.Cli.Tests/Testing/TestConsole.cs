using System.Text;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Standard streams in memory.</summary>
internal sealed class TestConsole : IConsoleHost, IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly MemoryStream _bytes = new();

    public TextReader In { get; init; } = new StringReader("");

    public TextWriter Out => _out;

    public TextWriter Error => _error;

    public bool IsInputTerminal { get; init; }

    public bool IsOutputTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    public int? Width { get; init; }

    public string Output => _out.ToString() + Encoding.UTF8.GetString(_bytes.ToArray());

    public string Errors => _error.ToString();

    public Stream OpenOutput() => _bytes;

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        _bytes.Dispose();
    }
}
