using System.CommandLine;
using System.CommandLine.Completions;

namespace ProxSharp.Cli.Completion;

/// <summary>Finds the words that may come next: commands, options, their values, and the names of what is on the server.</summary>
internal sealed class Completer
{
    private readonly ILiveNames _names;
    private readonly List<string> _arguments = [];
    private Command _command;
    private Option? _option;

    private Completer(Command root, ILiveNames names) => (_command, _names) = (root, names);

    /// <summary>Finds the words.</summary>
    /// <param name="root">The tree, with the nouns that were typed.</param>
    /// <param name="words">The words behind <c>prox</c>; the last one is what is being typed.</param>
    /// <param name="names">The names of what is on the server.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Candidate>> FindAsync(
        Command root, IReadOnlyList<string> words, ILiveNames names, CancellationToken cancellationToken)
    {
        Completer completer = new(root, names);
        foreach (string word in words.SkipLast(1))
        {
            completer.Pass(word);
        }

        IEnumerable<Candidate> candidates = await completer.NextAsync(words[^1], cancellationToken).ConfigureAwait(false);
        return [.. candidates.Where(
            candidate => candidate.Text.StartsWith(words[^1], StringComparison.OrdinalIgnoreCase)).DistinctBy(static candidate => candidate.Text)];
    }

    private void Pass(string word)
    {
        if (_option is not null)
        {
            _option = null;
        }
        else if (word.StartsWith('-'))
        {
            Option? option = Options().FirstOrDefault(known => known.Name == word || known.Aliases.Contains(word));
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

    private async Task<IEnumerable<Candidate>> NextAsync(string word, CancellationToken cancellationToken)
    {
        if (_option is not null)
        {
            return await ValuesAsync(_option, _option.Name.TrimStart('-'), word, cancellationToken).ConfigureAwait(false);
        }

        if (word.StartsWith('-'))
        {
            return Options().Where(static option => !option.Hidden).Select(static option => new Candidate(option.Name, option.Description ?? ""));
        }

        if (_command.Subcommands.Count > 0)
        {
            return _command.Subcommands.Where(static sub => !sub.Hidden).Select(static sub => new Candidate(sub.Name, sub.Description ?? ""));
        }

        int position = Math.Min(_arguments.Count, _command.Arguments.Count - 1);
        bool isFull = position < 0 || (_arguments.Count >= _command.Arguments.Count && _command.Arguments[^1].Arity.MaximumNumberOfValues <= 1);
        return isFull ? [] : await ValuesAsync(_command.Arguments[position], _command.Arguments[position].Name, word, cancellationToken).ConfigureAwait(false);
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
        string noun = Words().FirstOrDefault() ?? "";
        return name switch
        {
            "guest" or "selection" or "source" => await GuestsAsync(noun, word, cancellationToken).ConfigureAwait(false),
            "node" or "target" => await _names.NodesAsync(cancellationToken).ConfigureAwait(false),
            "storage" or "targetstorage" => await _names.StoragesAsync(cancellationToken).ConfigureAwait(false),
            "pool" or "poolid" => await _names.PoolsAsync(cancellationToken).ConfigureAwait(false),
            "context" => _names.Contexts(),
            _ => symbol.GetCompletions(CompletionContext.Empty).Select(static item => new Candidate(item.InsertText ?? item.Label)),
        };
    }

    // What was typed before the last comma stays in front.
    private async Task<IEnumerable<Candidate>> GuestsAsync(string noun, string word, CancellationToken cancellationToken)
    {
        int comma = word.LastIndexOf(',');
        string before = comma < 0 ? "" : word[..(comma + 1)];
        IReadOnlyList<Candidate> guests = await _names.GuestsAsync(noun, cancellationToken).ConfigureAwait(false);
        return guests.Select(guest => guest with { Text = before + guest.Text });
    }

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
