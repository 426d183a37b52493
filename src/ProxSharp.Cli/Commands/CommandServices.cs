using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>What commands work with.</summary>
internal sealed record CommandServices(IConsoleHost Console, CliEnvironment Environment, TimeProvider Time)
{
    /// <summary>The user's contexts.</summary>
    public ContextStore Contexts { get; } = new(Environment, Time);

    /// <summary>Fetches secrets.</summary>
    public SecretReader Secrets { get; init; } = new(Environment, Time);
}
