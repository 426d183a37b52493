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
        new("explain vm set net0 virtio,bridge=vmbr0,tag=5000", "what of a value the server would refuse"),
        new("explain vm migrate", "what moving a machine takes, and which privileges"),
        new("explain /cluster/backup schedule", "a parameter of a path"),
        new("explain vm create --from-server", "with the descriptions of your own server"),
    ];

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string[] words = ExplainedWords.Settle(run.Value(_words)!);
        words = words[0].StartsWith('/') ? words : [.. ExplainedParts.Apart(words[0]), .. words[1..]];
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
        if (rest.Count > 0 && OptionOf(words, rest[0], descriptions) is { } option)
        {
            WriteOption(run, option);
            return ExitCodes.Success;
        }

        string[] options = rest.Count > 0 && rest[0].StartsWith("--", StringComparison.Ordinal) ? OptionsOf(words) : [];
        EndpointDescription[] explained = ExplainedParts.Only(descriptions, rest, run.Value(_words)!, options);
        Write(run, explained);
        if (rest.Count > 0 && Walk(words) is { At: > 1, Command: not VerbCommand } group && rest[0] == words[group.At - 1])
        {
            run.Note($"Commands of that name: prox {string.Join(' ', words[..group.At])} --help");
        }

        // A script that asks whether a value is right is answered by the exit code.
        return Array.Exists(explained, static one => one.Value is { Complaints.Count: > 0 }) ? ExitCodes.Usage : ExitCodes.Success;
    }

    private static void Write(CommandRun run, EndpointDescription[] descriptions)
    {
        if (run.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            new EndpointText(run.Services.Console.Out, run.Output).Write(descriptions);
            return;
        }

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

    // Some options of a command are no parameter of its calls, such as --watch.
    private Option? OptionOf(string[] words, string word, EndpointDescription[] descriptions)
    {
        string name = word.Split('=')[0];

        // What makes several calls has options that mean more than the parameters of one of them.
        return !name.StartsWith("--", StringComparison.Ordinal) || Walk(words).Command is not VerbCommand verb
            || (ExplainedParts.Has(descriptions, name) && verb.Verb.Calls.Count == 1) ? null
            : verb.Options.FirstOrDefault(option => !option.Hidden && (option.Name == name || option.Aliases.Contains(name)));
    }

    private string[] OptionsOf(string[] words) =>
        [.. Walk(words).Command.Options.Where(static option => !option.Hidden).Select(static option => option.Name.TrimStart('-'))];

    private static void WriteOption(CommandRun run, Option option)
    {
        if (run.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            run.Services.Console.Out.WriteLine($"{option.Name}{(option.HelpName is { } value ? $" <{value}>" : "")}  {option.Description}");
            return;
        }

        run.WriteVersioned(JsonText.Build(json =>
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("option", option.Name);
            json.WriteOptional("description", option.Description);
            json.WriteEndObject();
            json.WriteEndArray();
        }));
    }

    private (Command Command, int At) Walk(string[] words)
    {
        Command command = _root();
        int at = 0;
        while (at < words.Length && command.Subcommands.FirstOrDefault(sub => sub.Name == words[at] || sub.Aliases.Contains(words[at])) is { } sub)
        {
            command = sub;
            at++;
        }

        return (command, at);
    }

    // A word that is both a group of commands and a parameter, such as the agent of a machine, is the parameter, unless a command follows.
    private static (ProxmoxProduct? Product, IReadOnlyList<string> Calls, IReadOnlyList<string> More)? OfGroup(string[] words, Command group, int at)
    {
        if (at < 2 || group is VerbCommand || group.Parents.OfType<Command>().FirstOrDefault() is not { } owner || CallWith(owner, words[at - 1]) is not { } call)
        {
            return null;
        }

        return (ProductOf(call), [call], words[(at - 1)..]);
    }

    private (ProxmoxProduct? Product, IReadOnlyList<string> Calls, IReadOnlyList<string> More) OfCommand(string[] words)
    {
        (Command command, int at) = Walk(words);
        if (at < words.Length && command is not VerbCommand)
        {
            string[] more = [.. ExplainedParts.Apart(words[at]), .. words[(at + 1)..]];
            IEnumerable<Command> owners = command is RootCommand ? command.Subcommands.Where(static noun => noun.Name is "vm" or "ct") : [command];
            string[] having = [.. owners.Select(owner => CallWith(owner, more[0])).OfType<string>()];
            if (having.Length > 0)
            {
                return (ProductOf(having[0]), having, more);
            }
        }

        if (OfGroup(words, command, at) is { } parameter)
        {
            return parameter;
        }

        if (at == words.Length && command is not VerbCommand && command.Subcommands.FirstOrDefault(static sub => sub is VerbCommand) is { } one)
        {
            throw CliException.Usage(
                $"'{string.Join(' ', words)}' has several commands, each with calls of its own",
                $"Name one: {PrintedCommands.Of(["explain", .. words, one.Name])}; all of them: {PrintedCommands.Of([.. words, "--help"])}");
        }

        return command is VerbCommand { Verb.Calls.Count: > 0 } verb
            ? (ProductOf(verb.Verb.Calls[0]), verb.Verb.Calls, ExplainedParts.BehindGuest(words[at..]))
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
                return schema.Find(method, template) is { } endpoint ? ExplainedParts.ParameterNames(new EndpointDescription(endpoint, schema), typed) : [];
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
}
