using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Mcp.Policies;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>The options and arguments of a verb that is one call, and the way from what was typed to the call.</summary>
internal sealed class EndpointBinding
{
    private const string NodeParameter = "node";
    private const string StorageParameter = "storage";
    private const string VolumeParameter = "volume";
    private const int LongestValue = 64 * 1024;

    private readonly List<EndpointParameter> _arguments = [];
    private readonly List<EndpointParameter> _options = [];
    private readonly List<Option> _hidden = [];
    private readonly IReadOnlyList<(string Name, string Value)> _fixed;
    private readonly UploadArgument? _upload;

    public EndpointBinding(VerbContext context, EndpointSpec spec, bool isGuest)
    {
        Spec = spec;
        Schema = spec.Product == ProxmoxProduct.BackupServer ? VerbContext.Pbs : VerbContext.Pve;
        (ApiMethod method, string template) = Split(spec.Call);
        Endpoint = Schema.Find(method, template) ?? throw new InvalidOperationException($"The schema has no {spec.Call}.");
        _fixed = spec.Fixed;
        ParameterSymbols symbols = new(context, Schema, Endpoint) { Chosen = spec.Chosen, IsGuest = isGuest };
        foreach (string name in PathParameters(template)
            .Where(name => !(isGuest && name is NodeParameter or "vmid") && !(name == NodeParameter && spec.Node != NodeRule.Argument)))
        {
            _arguments.Add(symbols.Argument(name, Endpoint.Parameters.GetValueOrDefault(name) ?? new ApiNode { IsPathParameter = true }));
        }

        LetVolumeStandAlone();
        IReadOnlyDictionary<string, ApiNode> all = ParameterNeeds.All(Endpoint);
        string[] positional = [.. spec.Positional, .. spec.NamesItem && ItemParameter(Schema, Endpoint) is { } item ? [item] : Array.Empty<string>()];
        _arguments.AddRange(positional.Select(name => symbols.Argument(name, all[name])));
        string[] spoken = [.. PathParameters(template), .. positional, .. spec.Hidden, .. spec.Fixed.Select(static item => item.Name)];
        foreach ((string name, ApiNode node) in all.Where(parameter => !spoken.Contains(parameter.Key) && !parameter.Value.IsPathParameter))
        {
            foreach ((EndpointParameter parameter, bool isHidden) in symbols.Options(name, node))
            {
                _options.Add(name == spec.Doubled ? parameter with { Place = PlaceOf(parameter) } : parameter);
                if (isHidden)
                {
                    _hidden.Add((Option)parameter.Symbol);
                }
            }
        }

        BackupArgument.Join(_options);
        _upload = UploadArgument.For(Endpoint, _options);
        if (Endpoint.Transport == ApiTransportKind.Download)
        {
            OutputFile = new Option<string>("--output-file") { Description = "Where the file goes [default: standard output]", HelpName = "file" };
        }

        if (template.Contains("{node}", StringComparison.Ordinal) && spec.Node is NodeRule.Any or NodeRule.OfStorage)
        {
            string what = OwnNode.IsMeant(spec.Product, spec.Node, Endpoint) ? "The node it is done on" : "The node to ask";
            NodeOption = new Option<string>("--node") { Description = $"{what} [default: {NodeFinder.Default(spec, Endpoint)}]", HelpName = "name" };
        }
    }

    private static Argument<string> PlaceOf(EndpointParameter parameter) => new(parameter.Name)
    {
        Description = $"The same as {parameter.Symbol.Name}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private void LetVolumeStandAlone()
    {
        if (TakesVolumeAlone && _arguments.Find(static argument => argument.Name == VolumeParameter)?.Symbol is Argument volume)
        {
            volume.Arity = ArgumentArity.ZeroOrOne;
            volume.Description = volume.Description is { Length: > 0 } words ? $"{words}; alone with its storage in front: local:iso/debian.iso" : "";
        }
    }

    /// <summary>What the verb was described by.</summary>
    public EndpointSpec Spec { get; }

    /// <summary>The schema of the product.</summary>
    public ApiSchema Schema { get; }

    /// <summary>The call.</summary>
    public ApiEndpoint Endpoint { get; }

    /// <summary>Chooses a node where any would do; null where none is to choose.</summary>
    public Option<string>? NodeOption { get; }

    /// <summary>Where a file goes that the call answers with; null for ordinary calls.</summary>
    public Option<string>? OutputFile { get; }

    /// <summary>Means every guest where none is named; null where the call is not about many guests.</summary>
    public Option<bool>? AllOption => field ??= EveryGuest.OptionFor(Endpoint);

    /// <summary>The arguments, those for guests not among them.</summary>
    public IReadOnlyList<Argument> Arguments =>
    [
        .. _arguments.Select(static parameter => (Argument)parameter.Symbol),
        .. _options.Select(static parameter => parameter.Place).OfType<Argument>().Distinct(),
        .. _upload is { } upload ? [upload.File] : Array.Empty<Argument>(),
    ];

    /// <summary>The options that help shows: the required ones first.</summary>
    public IReadOnlyList<Option> Options =>
    [
        .. _options.Where(parameter => !_hidden.Contains(parameter.Symbol))
            .OrderBy(static parameter => !parameter.IsRequired)
            .Select(static parameter => (Option)parameter.Symbol),
        .. new Option?[] { AllOption, NodeOption, OutputFile }.OfType<Option>(),
    ];

    /// <summary>True if everybody has to give one of the options.</summary>
    public bool RequiresOption => _options.Any(static parameter => parameter.IsRequired);

    /// <summary>Options that are understood but not shown.</summary>
    public IReadOnlyList<Option> HiddenOptions => _hidden;

    /// <summary>Options that have to be given: a parameter with one value alone does not.</summary>
    public IReadOnlyList<Option> Needed =>
    [
        .. _options.Where(parameter => parameter is { IsRequired: true, Place: null, Node.Enumeration: not [_] } && !Spec.Chosen.Contains(parameter.Name))
            .Select(static parameter => (Option)parameter.Symbol),
    ];

    /// <summary>Tells whether a parameter is an argument, or has a value of its own.</summary>
    public bool IsArgument(string name) => _arguments.Exists(argument => argument.Name == name) || _fixed.Any(item => item.Name == name);

    /// <summary>Returns the options for parameters whose names are meant.</summary>
    public IEnumerable<string> OptionsOf(Func<string, bool> isMeant) => _options.Where(parameter => isMeant(parameter.Name)).Select(
        static parameter => parameter.Symbol.Name);

    /// <summary>Takes a call such as <c>GET /version</c> apart.</summary>
    public static (ApiMethod Method, string Template) Split(string call)
    {
        int space = call.IndexOf(' ', StringComparison.Ordinal);
        ApiMethod method = call[..space] switch
        {
            "GET" => ApiMethod.Get,
            "POST" => ApiMethod.Post,
            "PUT" => ApiMethod.Put,
            _ => ApiMethod.Delete,
        };
        return (method, call[(space + 1)..]);
    }

    /// <summary>Returns the required parameter that names an item of the collection the path is; null if there is none.</summary>
    public static string? ItemParameter(ApiSchema schema, ApiEndpoint endpoint)
    {
        string prefix = endpoint.Path + "/{";
        string? below = schema.Endpoints.Select(static other => other.Path).FirstOrDefault(path => path.StartsWith(prefix, StringComparison.Ordinal));
        string? name = below?[prefix.Length..below.IndexOf('}', prefix.Length)];
        return name is not null && endpoint.Parameters.TryGetValue(name, out ApiNode? node) && node is { IsOptional: false, IsPathParameter: false }
            ? name
            : null;
    }

    /// <summary>Returns the names in a template, in their order.</summary>
    public static IEnumerable<string> PathParameters(string template) =>
        template.Split('/').Where(static part => part.StartsWith('{')).Select(static part => part[1..^1]);

    // The identifier of a volume begins with its storage, so it is enough: local:iso/debian.iso.
    private bool TakesVolumeAlone => Endpoint.Path.EndsWith("/storage/{storage}/content/{volume}", StringComparison.Ordinal);

    /// <summary>Returns the value that was typed for a parameter of the path; null if it was none.</summary>
    public string? PathValue(VerbRun run, string name) => _arguments.Find(argument => argument.Name == name) is { } argument ? Value(run, argument) : null;

    /// <summary>Returns the last argument that was typed: what is destroyed, for a question about it.</summary>
    public string? LastPathValue(VerbRun run) => _arguments.LastOrDefault() is { } last ? Value(run, last) : null;

    /// <summary>Returns the values that were typed for parameters of the path, in its order.</summary>
    public IReadOnlyList<string> PathValues(VerbRun run) =>
        [.. _arguments.Where(static argument => argument.Node.IsPathParameter).Select(argument => Value(run, argument)).OfType<string>()];

    // Proxmox: servers take paths apart after decoding them, so that a slash ends the name; those few calls have a rule for it, or names that are paths.
    private static bool MayBeAPath(string name) => name is "poolid" or VolumeParameter or "cidr" or "upid";

    private string? Value(VerbRun run, EndpointParameter argument) => Meant(run, argument) is { } value
        && value.Contains('/', StringComparison.Ordinal) && argument.Node.IsPathParameter && !MayBeAPath(argument.Name)
            ? throw CliException.Usage(
                $"The value for '{argument.Symbol.Name}' is '{Terminal.TextCells.Visible(value)}', and no such name has a slash", "Write the name of the thing itself.")
            : Meant(run, argument);

    private string? Meant(VerbRun run, EndpointParameter argument)
    {
        string? typed = Typed(run, argument.Name);
        if (!TakesVolumeAlone || argument.Name is not (StorageParameter or VolumeParameter) || Typed(run, VolumeParameter) is not null)
        {
            return typed;
        }

        string whole = Typed(run, StorageParameter) ?? "";
        int colon = whole.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < whole.Length - 1
            ? argument.Name == VolumeParameter ? whole : whole[..colon]
            : throw CliException.Usage(
                "No volume is named",
                $"Write the volume with its storage, as local:iso/debian.iso; see what there is: {PrintedCommands.Of("storage", "content", "list", whole.TrimEnd(':'))}");
    }

    private string? Typed(VerbRun run, string name) =>
        _arguments.Find(argument => argument.Name == name)?.Typed(run) is [{ } value, ..] ? value : null;

    /// <summary>Finds the guests that parameters of the path name, such as that of <c>ha resource show web-1</c>.</summary>
    public async Task SettlePathAsync(VerbRun run, Dictionary<string, string> known, CancellationToken cancellationToken)
    {
        foreach (EndpointParameter argument in _arguments.Where(static argument => argument.Node.IsPathParameter && GuestValues.MayName(argument.Node)))
        {
            if (Value(run, argument) is { Length: > 0 } value)
            {
                known[argument.Name] = (await GuestValues.SettleAsync(run, Endpoint, argument, value, cancellationToken).ConfigureAwait(false))[0];
            }
        }
    }

    /// <summary>Makes the path.</summary>
    /// <param name="run">What was typed.</param>
    /// <param name="known">The values that were found, such as the node.</param>
    public string Path(VerbRun run, IReadOnlyDictionary<string, string> known) => string.Join('/', Endpoint.Path.Split('/').Select(part =>
        part.StartsWith('{') ? Uri.EscapeDataString(Segment(part[1..^1], known.GetValueOrDefault(part[1..^1]) ?? PathValue(run, part[1..^1]))) : part));

    // Without its last part a path is that of what holds the thing: of all entries instead of one.
    private static string Segment(string name, string? value) => value switch
    {
        "" => throw CliException.Usage($"The value for '{name}' is empty", CliError.EmptyVariable),
        null => "",
        "." or ".." => throw CliException.Usage($"The value for '{name}' is '{value}': it would be a step in the path", "Write the name of the thing itself."),
        _ when value.Any(char.IsControl) => throw CliException.Usage($"The value for '{name}' has control characters", "Write the name without them."),
        _ => value,
    };

    // An option that names no guest would mean all of them, or none.
    private void CheckGuests(VerbRun run)
    {
        foreach (EndpointParameter parameter in OfCall.Where(static parameter => GuestValues.Selects(parameter)))
        {
            GuestValues.CheckNamed(parameter, parameter.Typed(run), AllOption is not null || _options.Exists(static option => option.Name == "all"));
        }

        if (AllOption is { } all)
        {
            EveryGuest.Check(run, all, _options);
        }
    }

    // Proxmox: some calls require a type and know one alone, as that of replications. Nobody has to type it.
    private IEnumerable<string> OnlyChoices(VerbRun run) => _options
        .Where(parameter => parameter is { IsRequired: true, Node.Enumeration: [_] } && parameter.Typed(run).Count == 0)
        .Select(static parameter => $"{parameter.Name}={parameter.Node.Enumeration![0]}");

    /// <summary>The parameters as they were typed: no secret is read, and of files those alone whose text is a value, because it decides how bad a call is.</summary>
    public ApiParameters Typed(VerbRun run)
    {
        ApiParameters typed = [];
        foreach ((string name, string value) in _fixed)
        {
            typed.Add(name, value);
        }

        foreach (EndpointParameter parameter in OfCall)
        {
            typed.AddList(parameter.Name, parameter.Typed(run).Select(value => parameter.IsSecret ? value : FileText(run, value)));
        }

        return typed;
    }

    // Standard input is read once, by the call itself, and what cannot be read is told there. What is large is content, such as a file to send.
    private static string FileText(VerbRun run, string value)
    {
        CliEnvironment environment = run.Command.Services.Environment;
        if (value.Length < 2 || value[0] != '@' || value[1] is '@' or '-' || environment.IsReadOnlyName)
        {
            return value;
        }

        try
        {
            string path = environment.AbsolutePath(value[1..]);
            return new FileInfo(path).Length <= LongestValue ? GuardFiles.ReadText(path) : value;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return value;
        }
    }

    private IEnumerable<EndpointParameter> OfCall => _options.Concat(_arguments.Where(static argument => !argument.Node.IsPathParameter));

    /// <summary>Reads the parameters that were typed.</summary>
    public async Task<CallParameters> ParametersAsync(VerbRun run, CancellationToken cancellationToken)
    {
        CheckGuests(run);
        List<string> words = [.. _fixed.Select(static item => $"{item.Name}={item.Value}"), .. OnlyChoices(run), .. _upload?.Words(run) ?? []];
        ApiParameters secrets = [];
        foreach (EndpointParameter parameter in OfCall)
        {
            foreach (string value in parameter.Typed(run))
            {
                if (parameter.IsLongSecret && SecretValues.FileOf(parameter.Name, value) is { } lines)
                {
                    words.Add($"{parameter.Name}={lines}");
                }
                else if (parameter.IsSecret && !value.StartsWith('@') && !SecretValues.IsPlain(parameter.Name, value))
                {
                    string secret = await ReadSecretAsync(run, parameter, value, cancellationToken).ConfigureAwait(false);
                    secrets.Add(new ApiParameter(parameter.Name, secret, ApiParameterKind.Text, IsListItem: parameter.Node.Type == ApiValueType.Array));
                }
                else
                {
                    string settled = await SshKeyValues.SettleAsync(
                        run.Command.Services.Environment, parameter.Name, value, cancellationToken).ConfigureAwait(false);
                    foreach (string one in await GuestValues.SettleAsync(run, Endpoint, parameter, settled, cancellationToken).ConfigureAwait(false))
                    {
                        words.Add($"{parameter.Name}={one}");
                    }
                }
            }
        }

        CallParameters call = await new ParameterReader(run.Command.Services.Environment, run.Command.Services.Console, Endpoint)
            .ReadAsync(words, null, null, cancellationToken).ConfigureAwait(false);
        foreach (ApiParameter secret in secrets)
        {
            call.Parameters.Add(secret);
        }

        return _options.Exists(static parameter => parameter.IsPluginData) ? call with { Parameters = DnsPluginData.Sent(Endpoint.Path, call.Parameters) } : call;
    }

    private static async Task<string> ReadSecretAsync(VerbRun run, EndpointParameter parameter, string value, CancellationToken cancellationToken)
    {
        CommandServices services = run.Command.Services;
        if (services.Environment.IsReadOnlyName)
        {
            throw Guarding.ReadOnlyName.FromSecret(parameter.Name);
        }

        SecretReference reference = SecretReference.Parse(value, services.Environment) with { IsLong = parameter.IsLongSecret };
        return run.IsDryRun && services.Planning is null
            ? CallText.Hidden
            : await services.Secrets.ReadAsync(reference, run.Note, cancellationToken).ConfigureAwait(false);
    }
}
