using System.Collections.ObjectModel;
using System.CommandLine;
using System.CommandLine.Completions;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Declare;
using ProxSharp.Cli.Help;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Completion;

/// <summary>Finds the words that may come next: commands, options, their values, and the names of what is on the server.</summary>
internal sealed class Completer
{
    private static readonly Option<string> s_context = new("--context", "-c");

    private readonly ILiveNames _names;
    private readonly List<string> _arguments = [];
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Command _root;
    private Command _command;
    private Option? _option;
    private string? _fileFront;

    private Completer(Command root, ILiveNames names) => (_root, _command, _names) = (root, root, names);

    /// <summary>Finds the words.</summary>
    /// <param name="root">The tree, with the nouns that were typed.</param>
    /// <param name="words">The words behind <c>prox</c>; the last one is what is being typed.</param>
    /// <param name="names">The names of what is on the server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Completions> FindAsync(
        Command root, IReadOnlyList<string> words, ILiveNames names, CancellationToken cancellationToken)
    {
        Completer completer = new(root, names);
        foreach (string word in words.SkipLast(1))
        {
            completer.Pass(word);
        }

        IEnumerable<Candidate> candidates = await completer.NextAsync(words[^1], cancellationToken).ConfigureAwait(false);
        return new Completions(
            [.. candidates.Where(candidate => candidate.Text.StartsWith(words[^1], StringComparison.OrdinalIgnoreCase)).DistinctBy(static candidate => candidate.Text)],
            completer._fileFront);
    }

    private void Pass(string word)
    {
        if (_option is not null)
        {
            _values[_option.Name] = word;
            _option = null;
        }
        else if (word.StartsWith('-'))
        {
            if (Joint(word) is var (joined, value))
            {
                _values[joined.Name] = value;
                return;
            }

            Option? option = Named(word);
            _option = option is { Arity.MinimumNumberOfValues: > 0 } && option.ValueType != typeof(bool) ? option : null;
        }
        else if (_command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word)) is { } sub)
        {
            _command = sub;
        }
        else
        {
            _arguments.Add(word);
        }
    }

    // The context may stand in front of the command, where no option of that name is known.
    private Option? Named(string word) => Options().FirstOrDefault(known => known.Name == word || known.Aliases.Contains(word))
        ?? (_command == _root && word is "-c" or "--context" ? s_context : null);

    // An option and its value in one word: --context=lab.
    private (Option Option, string Value)? Joint(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and int at && Named(word[..at]) is { } option ? (option, word[(at + 1)..]) : null;

    private async Task<IEnumerable<Candidate>> NextAsync(string word, CancellationToken cancellationToken)
    {
        if (_option is not null)
        {
            return await ValuesAsync(_option, _option.Name.TrimStart('-'), word, cancellationToken).ConfigureAwait(false);
        }

        if (word.StartsWith('-') && Joint(word) is var (option, value))
        {
            string front = word[..^value.Length];
            IEnumerable<Candidate> values = await ValuesAsync(option, option.Name.TrimStart('-'), value, cancellationToken).ConfigureAwait(false);
            _fileFront = _fileFront is { } before ? front + before : null;
            return values.Select(candidate => candidate with { Text = front + candidate.Text });
        }

        if (word.StartsWith('-'))
        {
            return Options().Where(static option => !option.Hidden).Select(static option => new Candidate(option.Name, option.Description ?? ""));
        }

        if (_command is HelpCommand or ManCommand)
        {
            return HelpWords(withTopics: _command is HelpCommand);
        }

        if (_command.Subcommands.Count > 0)
        {
            return _command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => new Candidate(sub.Name, sub.Description ?? ""));
        }

        int position = Math.Min(_arguments.Count, _command.Arguments.Count - 1);
        bool isFull = position < 0 || (_arguments.Count >= _command.Arguments.Count && _command.Arguments[^1].Arity.MaximumNumberOfValues <= 1);
        return isFull ? [] : await ValuesAsync(_command.Arguments[position], _command.Arguments[position].Name, word, cancellationToken).ConfigureAwait(false);
    }

    // Topics and commands at first, then what there is below the commands.
    private IEnumerable<Candidate> HelpWords(bool withTopics)
    {
        Command? command = _root;
        foreach (string word in _arguments)
        {
            command = command?.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word));
        }

        IEnumerable<Candidate> topics = HelpTopics.All
            .Where(_ => withTopics && _arguments.Count == 0)
            .Select(static topic => new Candidate(topic.Name, topic.Summary.Split(". ")[0].TrimEnd('.')));
        IEnumerable<Command> below = command?.Subcommands.Where(static sub => !sub.Hidden) ?? [];
        return topics.Concat(below.Select(static sub => new Candidate(sub.Name, sub.Description ?? "")));
    }

    private IEnumerable<Option> Options()
    {
        for (Command? command = _command; command is not null; command = command.Parents.OfType<Command>().FirstOrDefault())
        {
            foreach (Option option in command.Options.Where(option => option.Recursive || command == _command))
            {
                yield return option;
            }
        }
    }

    private async Task<IEnumerable<Candidate>> ValuesAsync(Symbol symbol, string name, string word, CancellationToken cancellationToken)
    {
        string[] words = [.. Words()];
        string noun = words.FirstOrDefault() ?? "";
        string verb = words.LastOrDefault() ?? "";
        _fileFront = FilePlaces.Front(symbol, noun, verb, word);
        return (name, noun) switch
        {
            ("path", "api") => await PathsAsync(word, withTemplates: false, cancellationToken).ConfigureAwait(false),
            ("what", "explain") when _arguments.Count == 0 => await PathsAsync(word, withTemplates: true, cancellationToken).ConfigureAwait(false),
            ("what", "explain") => HelpWords(withTopics: false),
            ("guest" or "selection" or "source", not "backup") => Chosen(
                word, await _names.GuestsAsync(noun, cancellationToken).ConfigureAwait(false)),
            ("node", _) or ("target", not "backup") => await _names.NodesAsync(cancellationToken).ConfigureAwait(false),
            ("storage" or "targetstorage", _) => await _names.StoragesAsync(cancellationToken).ConfigureAwait(false),
            ("pool" or "poolid", _) => await _names.PoolsAsync(cancellationToken).ConfigureAwait(false),
            ("context", _) or ("name", "context") when verb is not "add" => _names.Contexts(),
            ("plan", "plan" or "approve") => _names.Plans(openOnly: verb is not "show"),
            ("number", "undo") => _names.Applied(),
            ("fields", _) => Joined(word, Fields()),
            ("sort", _) => Joined(word, Fields(), hasSign: true),
            ("userid" or "groupid" or "roleid" or "realm" or "tokenid" or "token-name", "access" or "pbs") when symbol is Argument && verb is not "create" =>
                await OfAccessAsync(name, cancellationToken).ConfigureAwait(false),
            ("upid", _) => await _names.TasksAsync(cancellationToken).ConfigureAwait(false),
            ("datastore", "backup") or ("store", "datastore" or "tape" or "pbs") => await _names.DatastoresAsync(cancellationToken).ConfigureAwait(false),
            ("snapshot" or "group" or "older" or "newer", "backup") when _values.TryGetValue("--datastore", out string? store) =>
                await _names.BackupsAsync(store, _values.GetValueOrDefault("--ns"), name != "group", cancellationToken).ConfigureAwait(false),
            ("snapshot" or "group", "datastore") when symbol is Argument && _arguments is [{ } store, ..] =>
                await _names.BackupsAsync(store, _values.GetValueOrDefault("--ns"), name != "group", cancellationToken).ConfigureAwait(false),
            _ when _arguments.Count > 0 && noun is "vm" or "ct" && await OfGuestAsync(symbol, name, verb, word, cancellationToken).ConfigureAwait(false)
                is { } candidates => candidates,
            ("vms" or "vmid" or "exclude", not ("vm" or "ct")) when symbol is Option => Joined(word, await OneByOneAsync("guest", cancellationToken).ConfigureAwait(false)),
            ("resources", "ha") when symbol is Option => Joined(word, await ResourcesAsync(word[(word.LastIndexOf(',') + 1)..], cancellationToken).ConfigureAwait(false)),
            ("sid", "ha") when verb == "create" => await ResourcesAsync(word, cancellationToken).ConfigureAwait(false),
            ("id", "replication") when symbol is Argument && verb == "create" =>
                (await OneByOneAsync("guest", cancellationToken).ConfigureAwait(false)).Select(static guest => guest with { Text = guest.Text + "-0" }),
            (_, "vm" or "ct") when symbol is Option && verb is "create" or "set" && GuestDisk.IsKey(name) =>
                (await _names.StoragesAsync(cancellationToken).ConfigureAwait(false)).Select(static storage => storage with { Text = storage.Text + ":" }),
            _ when symbol is Argument && ListOf(name) is var (list, member) => await _names.NamesAsync(list, member, cancellationToken).ConfigureAwait(false),
            _ => symbol.GetCompletions(CompletionContext.Empty).Select(static item => new Candidate(item.InsertText ?? item.Label)),
        };
    }

    private async Task<IReadOnlyList<Candidate>> OneByOneAsync(string noun, CancellationToken cancellationToken) =>
        [.. (await _names.GuestsAsync(noun, cancellationToken).ConfigureAwait(false)).Where(static guest => !IsSelection(guest.Text))];

    // What high availability watches, as vm:web-1 or with the name alone.
    private async Task<IReadOnlyList<Candidate>> ResourcesAsync(string word, CancellationToken cancellationToken)
    {
        string kind = word.StartsWith("vm:", StringComparison.Ordinal) ? "vm" : word.StartsWith("ct:", StringComparison.Ordinal) ? "ct" : "";
        IReadOnlyList<Candidate> guests = await OneByOneAsync(kind.Length > 0 ? kind : "guest", cancellationToken).ConfigureAwait(false);
        return kind.Length > 0 ? [.. guests.Select(guest => guest with { Text = $"{kind}:{guest.Text}" })] : guests;
    }

    private static bool IsSelection(string word) => word.StartsWith('@') || word.Contains('=', StringComparison.Ordinal);

    // What is in the path behind a list is one of its items, if the list shows them by that name: GET /cluster/backup shows the ids of /cluster/backup/{id}.
    private (string List, string Member)? ListOf(string name)
    {
        foreach (string call in (_command as VerbCommand)?.Verb.Calls ?? [])
        {
            (_, string template) = EndpointBinding.Split(call);
            int at = template.IndexOf($"/{{{name}}}", StringComparison.Ordinal);
            if (at > 0 && !template[..at].Contains('{', StringComparison.Ordinal)
                && (_names.Product == ProxmoxProduct.BackupServer ? VerbContext.Pbs : VerbContext.Pve).Find(ApiMethod.Get, template[..at]) is { } list
                && list.Returns.Type == ApiValueType.Array && Members(list.Returns).Any(member => member.Key == name))
            {
                return (template[..at], name);
            }
        }

        return null;
    }

    /// <summary>What belongs to the guest that was named before: its snapshots, keys and disks; null if something else is meant.</summary>
    private async Task<IEnumerable<Candidate>?> OfGuestAsync(Symbol symbol, string name, string verb, string word, CancellationToken cancellationToken)
    {
        string noun = Words().First();
        string guest = _arguments[0];
        switch (name)
        {
            // A new snapshot gets a new name.
            case "snapname" or "snapshot" when verb != "create":
                return await _names.SnapshotsAsync(noun, guest, cancellationToken).ConfigureAwait(false);
            case "delete" when symbol is Option && verb is "set" or "set-now":
                return Joined(word, await _names.ConfigKeysAsync(noun, guest, cancellationToken).ConfigureAwait(false));
            case "disk" or "volume":
                IReadOnlyList<Candidate> keys = await _names.ConfigKeysAsync(noun, guest, cancellationToken).ConfigureAwait(false);
                return keys.Where(static key => GuestDisk.IsKey(key.Text));
            default:
                return null;
        }
    }

    private Task<IReadOnlyList<Candidate>> OfAccessAsync(string name, CancellationToken cancellationToken) => name switch
    {
        "userid" => _names.NamesAsync("/access/users", "userid", cancellationToken),
        "groupid" => _names.NamesAsync("/access/groups", "groupid", cancellationToken),
        "roleid" => _names.NamesAsync("/access/roles", "roleid", cancellationToken),
        "realm" => _names.NamesAsync("/access/domains", "realm", cancellationToken),
        _ when _arguments.Count > 0 => _names.NamesAsync(
            $"/access/users/{Uri.EscapeDataString(_arguments[0])}/token", name == "tokenid" ? "tokenid" : "token-name", cancellationToken),
        _ => Task.FromResult<IReadOnlyList<Candidate>>([]),
    };

    // The members that the results of the verb's calls may have.
    private IReadOnlyList<Candidate> Fields()
    {
        IEnumerable<ApiEndpoint?> endpoints = _command switch
        {
            VerbCommand { Verb.Calls: { } calls } => calls.Select(static call =>
            {
                (ApiMethod method, string template) = EndpointBinding.Split(call);
                return VerbContext.Pve.Find(method, template) ?? VerbContext.Pbs.Find(method, template);
            }),
            ApiGetCommand when _arguments.Count > 0 && VerbContext.Pve.TryMatch(ApiMethod.Get, _arguments[0], out ApiMatch? match) => [match.Endpoint],
            _ => [],
        };
        return
        [
            .. endpoints.SelectMany(static endpoint => Members(endpoint?.Returns)).DistinctBy(static member => member.Key)
                .OrderBy(static member => member.Key, StringComparer.Ordinal)
                .Select(static member => new Candidate(member.Key, (member.Value.Description ?? "").ReplaceLineEndings(" ").Trim())),
        ];
    }

    private static IEnumerable<KeyValuePair<string, ApiNode>> Members(ApiNode? returns) =>
        (returns?.Type == ApiValueType.Array ? returns.Items : returns)?.Properties ?? ReadOnlyDictionary<string, ApiNode>.Empty;

    private async Task<IEnumerable<Candidate>> PathsAsync(string word, bool withTemplates, CancellationToken cancellationToken)
    {
        IEnumerable<Candidate> paths = await new PathCandidates(_names).FindAsync(word, withTemplates, cancellationToken).ConfigureAwait(false);
        return withTemplates
            ? paths.Concat(_root.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => new Candidate(sub.Name, sub.Description ?? "")))
            : paths;
    }

    // What was typed before the last comma stays in front, and so does the sign that turns an order round or excludes.
    private static IEnumerable<Candidate> Joined(string word, IReadOnlyList<Candidate> candidates, bool hasSign = false)
    {
        int comma = word.LastIndexOf(',') + 1;
        string before = word[..(hasSign && comma < word.Length && word[comma] == '-' ? comma + 1 : comma)];
        return candidates.Select(candidate => candidate with { Text = before + candidate.Text });
    }

    // A name that a selection would take apart stands alone.
    private static IEnumerable<Candidate> Chosen(string word, IReadOnlyList<Candidate> guests) =>
        guests.Where(static guest => GuestTargets.IsWholeName(guest.Text))
            .Concat(Joined(word, [.. guests.Where(static guest => !GuestTargets.IsWholeName(guest.Text))], hasSign: true));

    private IEnumerable<string> Words()
    {
        Command? command = _command;
        List<string> words = [];
        while (command is not null and not RootCommand)
        {
            words.Insert(0, command.Name);
            command = command.Parents.OfType<Command>().FirstOrDefault();
        }

        return words;
    }
}
