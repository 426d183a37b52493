using System.Buffers;
using System.CommandLine;
using System.Globalization;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Guests;

/// <summary>The guests that were named on a command line: by number, by name or by a selection.</summary>
internal sealed class GuestTargets
{
    // Each guest is on some node.
    private static readonly string[] s_nodes = ["@node-", "node="];

    /// <summary>How guests are named.</summary>
    public const string Forms = "Name guests by number, name or selection (prox help selectors)";

    private static readonly SearchValues<char> s_signs = SearchValues.Create("@*?:=,");

    private readonly Argument<string[]>? _many;
    private readonly Argument<string>? _one;

    /// <summary>Makes the argument.</summary>
    /// <param name="kind">Which guests.</param>
    /// <param name="takesWords">True if any number of words may follow; false if other arguments follow behind one word.</param>
    /// <param name="name">The name of the argument.</param>
    public GuestTargets(GuestKind kind, bool takesWords, string name = "guest")
    {
        Kind = kind;
        string description =
            $"Number, name or selection of {kind.Many()}: 100, web-1, 'web*', 100:110, @tag-prod, @pool-x, @node-pve1, status=running; commas join, "
            + "- excludes: @tag-prod,-db-1";
        if (takesWords)
        {
            _many = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };
        }
        else
        {
            _one = new Argument<string>(name) { Description = description };
        }
    }

    /// <summary>Takes an argument that exists.</summary>
    public GuestTargets(GuestKind kind, Argument<string[]> words) => (Kind, _many) = (kind, words);

    /// <summary>Which guests.</summary>
    public GuestKind Kind { get; }

    /// <summary>The argument.</summary>
    public Argument Argument => (Argument?)_many ?? _one!;

    /// <summary>Finds the guests.</summary>
    /// <exception cref="CliException">A word fits no guest, or nothing was named.</exception>
    public async Task<IReadOnlyList<GuestSummary>> FindAsync(VerbRun run, CancellationToken cancellationToken) =>
        (await FindAllAsync(run, cancellationToken).ConfigureAwait(false)).Guests;

    /// <summary>Finds the guests, and the templates that would be among them if a selection took any. What changes them goes by their names of now.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isRenamed">True if a guest was read that has another name by now than the list of the cluster says.</param>
    /// <exception cref="CliException">A word fits no guest, or nothing was named.</exception>
    public async Task<(IReadOnlyList<GuestSummary> Guests, IReadOnlyList<GuestSummary> Templates)> FindAllAsync(
        VerbRun run, CancellationToken cancellationToken, bool isRenamed = false)
    {
        string[] words = Read(run);
        GuestSelector? selector = words.Any(IsWholeName) ? null : Parse(string.Join(' ', words));
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> all = selector is null || isRenamed
            ? await pve.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false)
            : await pve.Guests.ListForAsync(selector, Kind.Type(), run.Verb.Class == VerbClass.Read, cancellationToken).ConfigureAwait(false);
        GuestSelector meant = selector ?? Meaning(words, all);
        IReadOnlyCollection<string> there = await GroupNames.ThereAsync(run, Unmatched(meant, all), all, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> chosen = await ChooseAsync(run, meant, all, there, cancellationToken).ConfigureAwait(false);
        return (chosen, selector is null ? [] : [.. WithTemplates(selector.ToString(), all)?.Guests.Except(chosen) ?? []]);
    }

    private async Task<IReadOnlyList<GuestSummary>> ChooseAsync(
        VerbRun run, GuestSelector meant, IReadOnlyList<GuestSummary> all, IReadOnlyCollection<string> there, CancellationToken cancellationToken)
    {
        try
        {
            return Choose(meant, all, there);
        }
        catch (CliException missing) when (missing.Error.ExitCode == ExitCodes.NotFound)
        {
            if (Unmatched(meant, all).FirstOrDefault(word => !there.Contains(word)) is not { } word)
            {
                throw;
            }

            if (ValueErrors.FindSwitchValue(run.Verb.Options.Concat(run.Verb.HiddenOptions), run.Command.Services.Words, word) is { } misplaced)
            {
                throw new CliException(misplaced, missing);
            }

            ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
            throw await UnseenGuests.ExplainAsync(missing, word, all, session, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells whether a guest was named itself, by its number or its name, and not only chosen by a selection.</summary>
    public bool IsNamed(VerbRun run, GuestSummary guest) => (_many is not null ? run.Value(_many) ?? [] : [run.Value(_one!)!])
        .SelectMany(static word => IsWholeName(word) ? [word] : word.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries))
        .Any(word => word == guest.Id.ToString() || string.Equals(word, guest.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds guests that an option names.</summary>
    /// <exception cref="CliException">A word fits no guest.</exception>
    public static async Task<IReadOnlyList<GuestSummary>> NamedAsync(
        VerbRun run, GuestKind kind, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        PveClient pve = await run.PveAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuestSummary> all = words.Any(IsWholeName)
            ? await pve.Guests.ListLiveAsync(cancellationToken).ConfigureAwait(false)
            : await pve.Guests.ListForAsync(
                Parse(string.Join(' ', words)), kind.Type(), run.Verb.Class == VerbClass.Read, cancellationToken).ConfigureAwait(false);
        try
        {
            return new GuestTargets(kind, takesWords: true).Choose(words, all);
        }
        catch (CliException missing) when (missing.Error.ExitCode == ExitCodes.NotFound && words is [{ } first, ..])
        {
            ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
            throw await UnseenGuests.ExplainAsync(missing, first, all, session, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Chooses among all guests of a cluster by the words of a command line. Pure.</summary>
    internal IReadOnlyList<GuestSummary> Choose(IEnumerable<string> words, IReadOnlyList<GuestSummary> all) =>
        Choose(Meaning(words, all), all);

    private GuestSelector Meaning(IEnumerable<string> words, IReadOnlyList<GuestSummary> all) =>
        Parse(string.Join(' ', words.Select(word => Selecting(word, all))));

    // Those that fit no guest of this kind, and not because they fit templates only.
    private IEnumerable<string> Unmatched(GuestSelector selector, IReadOnlyList<GuestSummary> all) =>
        selector.Select([.. all.Where(guest => Kind.Includes(guest))]).Unmatched
        .Where(word => !FitsTemplates(word, all) || s_nodes.Any(sign => word.TrimStart('-').StartsWith(sign, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Tells whether a word may be the name of a guest that no selection can hold: <c>my vm</c>, <c>web(1)</c>. Pure.</summary>
    public static bool IsWholeName(string word) =>
        word.Length > 0 && word[0] is not ('-' or '@') && (word.Any(char.IsWhiteSpace) || !GuestSelector.TryParse(word, null, out _));

    // Such a name is taken as a whole, if a guest has it.
    private string Selecting(string word, IReadOnlyList<GuestSummary> all)
    {
        GuestSummary[] named = IsWholeName(word)
            ? [.. all.Where(guest => Kind.Includes(guest) && string.Equals(guest.Name, word, StringComparison.OrdinalIgnoreCase))]
            : [];
        if (named.Length > 1)
        {
            throw Twins(word, named);
        }

        return named is not [GuestSummary one] ? word
            : GuestSelector.TryParse(word, null, out GuestSelector? parts) && parts.Select([.. all.Where(guest => Kind.Includes(guest))]).Unmatched.Count == 0
                ? throw CliException.Usage($"'{word}' is the name of {GuestKinds.Title(one)}, and a selection of others", "Name those you mean by their numbers")
                : one.Id.ToString();
    }

    private static CliException Twins(string? name, IEnumerable<GuestSummary> twins) => CliException.Usage(
        $"The name '{name}' belongs to several guests: {string.Join(", ", twins.Select(static guest => guest.Id.ToString()))}",
        "Name the one you mean by its number");

    /// <summary>Chooses among all guests of a cluster. Pure.</summary>
    /// <param name="selector">The selection.</param>
    /// <param name="all">The guests.</param>
    /// <param name="there">The words that are right although they may fit no guest; null if there is none.</param>
    internal IReadOnlyList<GuestSummary> Choose(GuestSelector selector, IReadOnlyList<GuestSummary> all, IReadOnlyCollection<string>? there = null)
    {
        GuestSelection chosen = selector.Select([.. all.Where(guest => Kind.Includes(guest))]);
        if (chosen.Unmatched.FirstOrDefault(word => there?.Contains(word) != true) is { } slip)
        {
            throw Unmatched(slip, all);
        }

        foreach (string word in Words(selector).Where(static word => word[0] != '-' && !word.AsSpan().ContainsAny(s_signs)))
        {
            GuestSummary[] named = [.. chosen.Guests.Where(guest => string.Equals(guest.Name, word, StringComparison.OrdinalIgnoreCase))];
            if (named.Length > 1 && !named.Any(guest => guest.Id.ToString() == word))
            {
                throw Twins(named[0].Name, named);
            }
        }

        return chosen.Guests;
    }

    private string[] Read(VerbRun run)
    {
        string[] words = _many is not null ? run.Value(_many) ?? [] : [run.Value(_one!)!];
        bool isAll = run.Value(run.Standard.All);
        if (words.Length == 0 && !isAll)
        {
            bool takesAll = (run.Verb.Traits & (VerbTraits.Bulk | VerbTraits.Parallel)) != 0;
            throw CliException.Usage($"No {Kind.One()} is named", takesAll ? $"{Forms}; all of them are meant with --all" : Forms);
        }

        // What changes every guest must say so: a pattern is easily wider than it was meant.
        if (run.Verb.Class != VerbClass.Read
            && words.SelectMany(static word => word.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(IsEverything) is { } wide)
        {
            throw CliException.Usage($"'{wide}' would mean every {Kind.One()}", $"{Forms}; all of them are meant with --all");
        }

        // Whoever names some and says --all means one of the two.
        if (isAll && words.SelectMany(static word => word.Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries)).FirstOrDefault(Names) is { } named)
        {
            throw CliException.Usage(
                $"'{named}' names some, and --all means every {Kind.One()}",
                "Leave one of them out; beside --all may stand conditions (status=running) and, behind --, exclusions (-web-9)");
        }

        return isAll ? ["@all", .. words] : words;
    }

    private static bool Names(string word) => word[0] != '-' && !word.Contains('=', StringComparison.Ordinal) && word != "@all";

    // A name that is nothing but wildcards, or the guests of any node at all.
    internal static bool IsEverything(string word)
    {
        string pattern = s_nodes.FirstOrDefault(sign => word.StartsWith(sign, StringComparison.OrdinalIgnoreCase)) is { } node ? word[node.Length..] : word;
        return pattern.Contains('*', StringComparison.Ordinal) && pattern.AsSpan().Trim("*?").IsEmpty;
    }

    /// <summary>Reads a selection.</summary>
    /// <exception cref="CliException">It is wrong.</exception>
    public static GuestSelector Parse(string selection)
    {
        try
        {
            return GuestSelector.Parse(selection, null);
        }
        catch (FormatException wrong)
        {
            throw new CliException(CliError.Usage(wrong.Message.TrimEnd('.'), Forms), wrong);
        }
    }

    private static string[] Words(GuestSelector selector) => selector.ToString().Split((char[])[' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private CliException Unmatched(string word, IReadOnlyList<GuestSummary> all)
    {
        string plain = word.TrimStart('-');
        GuestSummary? other = all.FirstOrDefault(
            guest => !Kind.Includes(guest) && (guest.Id.ToString() == plain || string.Equals(guest.Name, plain, StringComparison.OrdinalIgnoreCase)));
        string? near = UsageErrors.Nearest(plain, all.Where(guest => Kind.Includes(guest)).Select(static guest => guest.Name).OfType<string>());
        bool isName = !plain.AsSpan().ContainsAny(s_signs);
        return new CliException(new CliError
        {
            Code = "not_found",
            ExitCode = ExitCodes.NotFound,
            Message = isName ? $"There is no {Kind.One()} '{plain}'" : $"'{word}' fits no {Kind.One()}",
            Hint = NumberAsName(plain, all) is { } number ? number
                : other is not null
                ? $"{GuestKinds.Title(other)} is a {(Kind == GuestKind.Vm ? "container: prox ct" : "virtual machine: prox vm")}"
                : Meant(plain, all) is { } meant ? meant
                : near is not null ? $"Did you mean '{near}'?"
                : FitsTemplates(word, all) ? $"Only templates fit it, which are left out unless they are named. With them: {word} template=any"
                : string.Create(CultureInfo.InvariantCulture, $"See what there is: prox {Kind.Noun()} list"),
        });
    }

    // A word of digits is a number, and names of guests may be such words.
    private static string? NumberAsName(string word, IReadOnlyList<GuestSummary> all) =>
        word.All(char.IsAsciiDigit) && all.Where(guest => guest.Name == word).ToArray() is { Length: > 0 } named
            ? $"A word of digits is a number, and {word} is the name of {string.Join(" and ", named.Select(static guest => $"guest {guest.Id}"))}. "
                + $"Write {named[0].Id}"
            : null;

    private bool FitsTemplates(string word, IReadOnlyList<GuestSummary> all) =>
        WithTemplates(word, all) is { Unmatched.Count: 0, Guests.Count: > 0 };

    private GuestSelection? WithTemplates(string selection, IReadOnlyList<GuestSummary> all) =>
        GuestSelector.TryParse($"{selection} template=any", null, out GuestSelector? selector)
            ? selector.Select([.. all.Where(guest => Kind.Includes(guest))])
            : null;

    // What is no guest may be a word that picks some out, written without its sign.
    private static string? Meant(string word, IReadOnlyList<GuestSummary> all) => word switch
    {
        "running" or "stopped" => $"Those in that state are: status={word}",
        "all" => "All of them are: @all",
        _ when all.Any(guest => guest.Node == word) => $"Those on that node are: @node-{word}",
        _ when all.Any(guest => guest.Tags.Contains(word)) => $"Those with that tag are: @tag-{word}",
        _ when all.Any(guest => guest.Pool == word) => $"Those of that pool are: @pool-{word}",
        _ => null,
    };
}
