using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Demo;

/// <summary>What the command lines of the tour write to: everything goes to standard output, two columns indented, as it comes.</summary>
internal sealed class DemoConsole : IConsoleHost
{
    private readonly IConsoleHost _host;
    private readonly IndentedWriter _writer;

    public DemoConsole(IConsoleHost host, int? width) => (_host, _writer, Width) = (host, new IndentedWriter(host.Out, "  "), width);

    /// <inheritdoc/>
    public TextReader In => TextReader.Null;

    /// <inheritdoc/>
    public TextWriter Out => _writer;

    /// <inheritdoc/>
    public TextWriter Error => _writer;

    /// <inheritdoc/>
    public bool IsInputTerminal => false;

    /// <inheritdoc/>
    public bool IsOutputTerminal => _host.IsOutputTerminal;

    /// <inheritdoc/>
    public bool IsErrorTerminal => _host.IsOutputTerminal;

    /// <inheritdoc/>
    public int? Width { get; }

    /// <inheritdoc/>
    public Stream OpenOutput() => _host.OpenOutput();
}
