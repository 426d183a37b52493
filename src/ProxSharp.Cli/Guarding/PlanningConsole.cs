using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Guarding;

/// <summary>The console of a command that is planned: what it would print is not the plan, and it asks nothing.</summary>
/// <param name="inner">Where input comes from.</param>
internal sealed class PlanningConsole(IConsoleHost inner) : IConsoleHost
{
    /// <inheritdoc/>
    public TextReader In => inner.In;

    /// <inheritdoc/>
    public TextWriter Out => TextWriter.Null;

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
    public Stream OpenOutput() => Stream.Null;
}
