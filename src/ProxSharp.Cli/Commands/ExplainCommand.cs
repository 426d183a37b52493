using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary><c>prox explain</c>: what a command, a path or one of its parameters takes.</summary>
internal sealed class ExplainCommand : ProxCommand
{
    private readonly ConnectionOptions _connection;
    private readonly Func<Command> _root;
    private readonly Argument<string[]> _words = new("what")
    {
        Description = "The words of a command (vm set) or a path (/nodes/{node}/qemu), perhaps a parameter (net0), perhaps a key of it (bridge); dots join",
        Arity = ArgumentArity.OneOrMore,
    };

    public ExplainCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection, Func<Command> root)
        : base("explain", "Explain a command, a path of the API or a parameter: types, bounds, values, defaults, privileges.")
    {
        (_connection, _root) = (connection, root);
        Add(_words);
        Add(connection.Context);
        Add(connection.FromServer);
        Runs(services, globals, RunAsync);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("explain vm set net0", "how a network card is written"),
        new("explain vm.memory", "a key of a configuration"),
        new("explain vm.net0.bridge", "a key inside a value"),
        new("explain vm migrate", "what moving a machine takes, and which privileges"),
        new("explain /cluster/backup schedule", "a parameter of a path"),
        new("explain vm create --from-server", "with the descriptions of your own server"),
    ];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string[] words = ExplainedWords.Settle(run.Value(_words)!);
        (ProxmoxProduct? product, IReadOnlyList<string> calls, IReadOnlyList<string> rest) = words[0].StartsWith('/')
            ? (null, [], words[1..])
            : OfCommand(words);
        ApiSchema schema = run.Value(_connection.FromServer)
            ? await _connection.SchemaAsync(run, cancellationToken).ConfigureAwait(false)
            : SchemaSource.Embedded(product ?? _connection.ProductOf(run));
        IReadOnlyList<ApiEndpoint> endpoints = calls.Count > 0
            ? [.. calls.Select(EndpointBinding.Split).Select(call => schema.Find(call.Method, call.Template)).OfType<ApiEndpoint>()]
            : new SchemaPaths(schema).EndpointsOf(ApiPath.Normalize(words[0]));
        EndpointDescription[] descriptions = [.. endpoints.Select(endpoint => new EndpointDescription(endpoint, schema) { HasWords = true })];
        string[] names = [.. rest.SelectMany(static word => word.TrimStart('-').Split('=')[0].Split('.', StringSplitOptions.RemoveEmptyEntries))];
        descriptions = Only(descriptions, names);

        if (run.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            new EndpointText(run.Services.Console.Out, run.Output).Write(descriptions);
        }
        else
        {
            run.WriteVersioned(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (EndpointDescription description in descriptions)
                {
                    description.Write(json);
                }

                json.WriteEndArray();
            }));
        }

        return ExitCodes.Success;
    }

    private (ProxmoxProduct? Product, IReadOnlyList<string> Calls, IReadOnlyList<string> More) OfCommand(string[] words)
    {
        words = [.. words[0].Split('=')[0].Split('.', StringSplitOptions.RemoveEmptyEntries), .. words[1..]];
        Command root = _root();
        Command command = root;
        int at = 0;
        while (at < words.Length && command.Subcommands.FirstOrDefault(sub => sub.Name == words[at] || sub.Aliases.Contains(words[at])) is { } sub)
        {
            command = sub;
            at++;
        }

        if (at < words.Length && command is not VerbCommand)
        {
            words[at] = words[at].Split('=')[0];
            IEnumerable<Command> owners = command == root ? root.Subcommands.Where(static noun => noun.Name is "vm" or "ct") : [command];
            string[] having = [.. owners.Select(owner => CallWith(owner, words[at])).OfType<string>()];
            if (having.Length > 0)
            {
                return (ProductOf(having[0]), having, words[at..]);
            }
        }

        if (at == words.Length && command is not VerbCommand && command.Subcommands.FirstOrDefault(static sub => sub is VerbCommand) is { } one)
        {
            throw CliException.Usage(
                $"'{string.Join(' ', words)}' has several commands, each with calls of its own",
                $"Name one: {PrintedCommands.Of(["explain", .. words, one.Name])}; all of them: {PrintedCommands.Of([.. words, "--help"])}");
        }

        return command is VerbCommand { Verb.Calls.Count: > 0 } verb
            ? (ProductOf(verb.Verb.Calls[0]), verb.Verb.Calls, words[at..])
            : throw CliException.Usage(
                $"'{string.Join(' ', words)}' is no command that makes a call",
                UsageErrors.Nearest(words[Math.Min(at, words.Length - 1)], Meant(command, words[Math.Min(at, words.Length - 1)])) is { } near
                    ? $"Did you mean '{near}'?"
                    : "See: prox commands");
    }

    /// <summary>What somebody may have meant behind the words of a noun: a command, or a parameter of the calls that write its things.</summary>
    private static IEnumerable<string> Meant(Command noun, string typed) => noun.Subcommands.Select(static sub => sub.Name).Concat(
        noun.Subcommands.OfType<VerbCommand>()
            .Where(static verb => verb.Verb.Name is "set" or "create")
            .SelectMany(static verb => verb.Verb.Calls)
            .SelectMany(call =>
            {
                (ApiMethod method, string template) = EndpointBinding.Split(call);
                ApiSchema schema = SchemaSource.Embedded(ProductOf(call));
                return schema.Find(method, template) is { } endpoint ? ParameterNames(new EndpointDescription(endpoint, schema), typed) : [];
            }));

    /// <summary>The call of a noun that writes a key: the one that changes, else the one that makes.</summary>
    private static string? CallWith(Command noun, string key) => noun.Subcommands.OfType<VerbCommand>()
        .Where(static verb => verb.Name is "set" or "create")
        .OrderByDescending(static verb => verb.Name, StringComparer.Ordinal)
        .SelectMany(static verb => verb.Verb.Calls)
        .FirstOrDefault(call =>
        {
            (ApiMethod method, string template) = EndpointBinding.Split(call);
            ApiSchema schema = SchemaSource.Embedded(ProductOf(call));
            return schema.Find(method, template) is { } endpoint && new EndpointDescription(endpoint, schema).Only(key) is not null;
        });

    private static ProxmoxProduct ProductOf(string call)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(call);
        return SchemaSource.Embedded(ProxmoxProduct.VirtualEnvironment).Find(method, template) is not null
            ? ProxmoxProduct.VirtualEnvironment
            : ProxmoxProduct.BackupServer;
    }

    private static EndpointDescription[] Only(EndpointDescription[] descriptions, string[] names)
    {
        if (names.Length == 0)
        {
            return descriptions;
        }

        string name = names[0];
        EndpointDescription[] having = [.. descriptions.Select(
            description => description.Only(name) ?? description.Only(name.Replace('-', '_'))).OfType<EndpointDescription>()];
        if (having.Length == 0)
        {
            throw Unknown($"There is no parameter '{name}'", name, descriptions.SelectMany(description => ParameterNames(description, name)));
        }

        if (names.Length == 1)
        {
            return having;
        }

        string[] keys = [.. having.SelectMany(static description => description.Parameters.Values.SelectMany(
            node => NodeText.PropertyStringKeys(node, description.Schema)?.Keys ?? [])).Distinct(StringComparer.Ordinal)];
        if (names.Length > 2 || keys.Length == 0)
        {
            string whole = string.Join('.', names[..Math.Min(names.Length - 1, 2)]);
            string more = names[names.Length > 2 && keys.Length > 0 ? 2 : 1];
            throw CliException.Usage($"'{whole}' has no keys: there is no '{more}' in it", $"Leave out what follows: prox explain ... {whole}");
        }

        EndpointDescription[] only = [.. having.Select(description => description.OnlyKey(names[1])).OfType<EndpointDescription>()];
        return only.Length > 0 ? only : throw Unknown($"'{name}' has no key '{names[1]}'", names[1], keys);
    }

    /// <summary>The names of the parameters of a call; those of a family as somebody writes them who means one of it.</summary>
    private static IEnumerable<string> ParameterNames(EndpointDescription description, string typed)
    {
        string digits = string.Concat(typed.Reverse().TakeWhile(char.IsAsciiDigit).Reverse());
        IEnumerable<KeyValuePair<string, ApiNode>> variants = description.Endpoint.Variants?.Parameters.Values.SelectMany(static set => set) ?? [];
        return description.Endpoint.Parameters.Concat(variants).Select(parameter => parameter.Key.Replace(
            "[n]", digits.Length > 0 && EndpointDescription.HasNumber(parameter.Value, digits) ? digits : "0", StringComparison.Ordinal));
    }

    private static CliException Unknown(string message, string word, IEnumerable<string> known) => CliException.Usage(
        message, UsageErrors.Nearest(word, known) is { } near ? $"Did you mean '{near}'?" : "Leave it out to see all");
}
