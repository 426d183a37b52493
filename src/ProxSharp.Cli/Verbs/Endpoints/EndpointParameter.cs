using System.CommandLine;
using ProxSharp.Operations.Plans;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>A parameter of a call as an option or an argument of a verb.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Node">The facts about it.</param>
/// <param name="Symbol">The option or argument.</param>
internal sealed record EndpointParameter(string Name, ApiNode Node, Symbol Symbol)
{
    /// <summary>True if everybody has to give it; false for what only some kinds of objects need.</summary>
    public bool IsRequired { get; init; }

    /// <summary>True if it holds the settings of a DNS provider, as lines.</summary>
    public bool IsPluginData { get; init; }

    /// <summary>True if the value must not stand in a command line.</summary>
    public bool IsSecret { get; init; }

    /// <summary>True if a secret has more than one line.</summary>
    public bool IsLongSecret { get; init; }

    /// <summary>The argument that it may be as well as an option; null if it may not.</summary>
    public Argument<string>? Place { get; init; }

    /// <summary>Takes its value out of that argument; null if it is all of it.</summary>
    public Func<string, string?>? Part { get; init; }

    /// <summary>Tells whether a parameter holds a secret in whatever call has it.</summary>
    public static bool IsSecretName(string name) => IsSecretOf("", name);

    /// <summary>Tells whether a parameter of a call holds a secret.</summary>
    /// <param name="path">The path of the call, or its template.</param>
    /// <param name="name">The parameter.</param>
    public static bool IsSecretOf(string path, string name) => ReviewedParameter.IsSecret(path, name) || SecretValues.HoldsToken(name);

    /// <summary>Returns the values that were typed; empty if none were.</summary>
    /// <exception cref="Errors.CliException">A time is none.</exception>
    public IReadOnlyList<string> Typed(VerbRun run) =>
        TimeValues.IsTime(Name, Node) ? [.. Words(run).Select(value => TimeValues.Settle(Symbol.Name, value))]
        : ClockTimes.IsTime(Name, Node) ? [.. Words(run).Select(value => ClockTimes.Settle(Symbol.Name, value))]
        : Words(run);

    private IReadOnlyList<string> Words(VerbRun run) => Symbol switch
    {
        Option<bool> flag => run.IsGiven(flag) ? [run.Value(flag) ? "1" : "0"] : [],
        Option<string[]> list => run.IsGiven(list) ? run.Value(list) ?? [] : [],
        Option<string> option when Place is { } place && run.Value(place) is { } last => run.IsGiven(option)
            ? throw Errors.CliException.Usage($"'{last}' and {option.Name} are the same, given twice", $"Leave out {option.Name}")
            : Part is null ? [last]
            : Part(last) is { } part ? [part]
            : [],
        Option<string> option => run.IsGiven(option) && run.Value(option) is { } value ? [value] : [],
        Argument<string[]> many => run.Value(many) ?? [],
        Argument<string> argument => run.Value(argument) is { } value ? [value] : [],
        _ => [],
    };
}
