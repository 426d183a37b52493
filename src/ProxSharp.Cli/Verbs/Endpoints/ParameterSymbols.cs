using System.CommandLine;
using System.Globalization;
using System.Text;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Schema;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>Makes options and arguments from the parameters of a call.</summary>
internal sealed class ParameterSymbols(VerbContext context, ApiSchema schema, ApiEndpoint endpoint)
{
    /// <summary>Words that options of every command or of every verb have taken.</summary>
    private static readonly HashSet<string> s_taken = new(StringComparer.Ordinal)
    {
        "all", "context", "debug", "debug-http", "dry-run", "fail-on-warnings", "fields", "help", "max", "no-color", "no-header", "no-wait",
        "output", "parallel", "per-node", "query", "sort", "stop-on-error", "version", "wait-timeout", "watch", "yes",
    };

    /// <summary>Those of them that only verbs for many guests have taken.</summary>
    private static readonly HashSet<string> s_takenByBulk = new(StringComparer.Ordinal) { "all", "max", "per-node", "stop-on-error" };

    /// <summary>True if the verb is for many guests at once.</summary>
    public bool IsGuest { get; init; }

    /// <summary>Parameters that the call requires and the verb chooses where nobody gives them.</summary>
    public IReadOnlyList<string> Chosen { get; init; } = [];

    /// <summary>The name of the option for a parameter: lower case, hyphens between words, none that is taken.</summary>
    public static string OptionName(string wire)
    {
        StringBuilder name = new("--");
        for (int i = 0; i < wire.Length; i++)
        {
            char c = wire[i];
            if (char.IsAsciiLetterUpper(c) && i > 0 && char.IsAsciiLetterLower(wire[i - 1]))
            {
                name.Append('-');
            }

            name.Append(c == '_' ? '-' : char.ToLowerInvariant(c));
        }

        string option = name.ToString();
        return s_taken.Contains(option[2..]) ? $"--param-{option[2..]}" : option;
    }

    /// <summary>Makes the options for a parameter: one, or one for each number that was typed where the name is a family such as <c>net[n]</c>.</summary>
    public IEnumerable<(EndpointParameter Parameter, bool IsHidden)> Options(string wire, ApiNode node)
    {
        if (node.Indexes is not { } indexes || !NumberedName.IsFamily(wire))
        {
            yield return (Parameter(wire, node, Option(wire, wire, node)) with { IsRequired = IsRequired(wire, node) }, false);
            yield break;
        }

        string family = wire[..^3];
        string first = family + indexes.First.ToString(CultureInfo.InvariantCulture);
        yield return (Parameter(first, node, Option(first, wire, node)) with { IsRequired = !node.IsOptional }, false);
        foreach (string word in (context.Typed ?? []).Select(static word => word.Split('=')[0]).Distinct(StringComparer.Ordinal))
        {
            if (word.StartsWith(OptionName(family), StringComparison.Ordinal)
                && int.TryParse(word[OptionName(family).Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number > indexes.First
                && number <= indexes.Last)
            {
                string name = family + number.ToString(CultureInfo.InvariantCulture);
                yield return (Parameter(name, node, Option(name, wire, node)), true);
            }
        }
    }

    private bool IsRequired(string wire, ApiNode node) =>
        ParameterNeeds.IsRequired(endpoint, wire, node) && (IsGuest || !PresentValues.IsKnown(schema, endpoint, wire));

    private EndpointParameter Parameter(string name, ApiNode node, Symbol symbol)
    {
        bool isSecret = !node.IsPathParameter && EndpointParameter.IsSecretOf(endpoint.Path, name);
        return new EndpointParameter(name, node, symbol)
        {
            IsPluginData = DnsPluginData.Is(endpoint.Path, name),
            IsSecret = isSecret,
            IsLongSecret = isSecret && SecretValues.IsLong(endpoint.Path, name),
        };
    }

    /// <summary>Makes the argument for a parameter.</summary>
    public EndpointParameter Argument(string wire, ApiNode node, string? name = null) => Parameter(wire, node, new Argument<string>(name ?? wire)
    {
        Description = Describe(wire, wire, node),
        Arity = node.IsOptional && !node.IsPathParameter ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
    });

    private Option Option(string name, string wire, ApiNode node)
    {
        string option = OptionName(name);
        bool isFree = !IsGuest && s_takenByBulk.Contains(name);
        option = isFree ? $"--{name}" : option;
        string[] aliases = isFree ? [$"--param-{name}"] : option == $"--{name}" || option.StartsWith("--param-", StringComparison.Ordinal) ? [] : [$"--{name}"];
        string description = Describe(name, wire, node);
        return node.Type switch
        {
            ApiValueType.Boolean => new Option<bool>(option, aliases) { Description = description },
            ApiValueType.Array => new Option<string[]>(option, aliases)
            {
                Description = description,
                HelpName = "value",
                AllowMultipleArgumentsPerToken = false,
            },
            _ => Completed(new Option<string>(option, aliases) { Description = description, HelpName = HelpName(name, node) }, node),
        };
    }

    private static Option<string> Completed(Option<string> option, ApiNode node)
    {
        if (node.Enumeration is { } values)
        {
            option.CompletionSources.Add([.. values]);
        }

        return option;
    }

    private string HelpName(string name, ApiNode node) => node switch
    {
        _ when EndpointParameter.IsSecretOf(endpoint.Path, name) => "reference",
        { PropertyStringFormat: not null } => "key=value,...",
        _ when TimeValues.IsTime(name, node) || ClockTimes.IsTime(name, node) => "time",
        { Type: ApiValueType.Integer or ApiValueType.Number } => "number",
        { Enumeration: not null } => "word",
        _ => "text",
    };

    private string Describe(string name, string wire, ApiNode node)
    {
        if (!context.WantsText)
        {
            return "";
        }

        string? words = node.Description?.ReplaceLineEndings(" ") ?? ParameterWords.Find(schema.Product, endpoint.Path, wire);
        string facts = NodeText.Facts(node, schema);
        string secret = node.IsPathParameter || !EndpointParameter.IsSecretOf(endpoint.Path, name) ? ""
            : SecretValues.IsLong(endpoint.Path, name) ? SecretValues.LongHelp
            : SecretValues.Help;
        if (DnsPluginData.Is(endpoint.Path, name))
        {
            // What travels in base64 is typed in clear.
            (words, secret) = (words?.Replace(", in base64", "", StringComparison.Ordinal), DnsPluginData.Help);
        }

        string required = IsRequired(wire, node) && !Chosen.Contains(wire) ? "required" : "";
        string condition = ParameterNeeds.Condition(endpoint, wire, node) ?? "";
        string time = TimeValues.IsTime(name, node) ? "also as 2026-01-31T02:00:00Z" : ClockTimes.IsTime(name, node) ? "by the server's clock, or as 2026-01-31T02:00:00Z" : "";
        string file = name == "filename" && ParameterReader.TakesFile(endpoint) ? "@FILE sends a file of this machine" : "";
        string rest = string.Join("; ", new[] { required, secret, time, file, facts, condition }.Where(static part => part.Length > 0));
        return (words, rest) switch
        {
            ({ } text, { Length: > 0 }) => $"{text.TrimEnd('.')} ({rest})",
            ({ } text, _) => text.TrimEnd('.'),
            (null, { Length: > 0 }) => char.ToUpperInvariant(rest[0]) + rest[1..],
            _ => $"The {wire.Replace('-', ' ').Replace('_', ' ')}",
        };
    }
}
