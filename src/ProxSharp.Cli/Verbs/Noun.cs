using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Verbs;

/// <summary>A kind of thing and what can be done with it.</summary>
/// <param name="name">The word.</param>
/// <param name="summary">What the things are, in one sentence.</param>
internal sealed class Noun(string name, string summary)
{
    private readonly List<Verb> _verbs = [];
    private readonly List<Noun> _nouns = [];

    /// <summary>The word.</summary>
    public string Name { get; } = name;

    /// <summary>What the things are, in one sentence.</summary>
    public string Summary { get; } = summary;

    /// <summary>Other words for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Further paragraphs of the help; null if the summary says all.</summary>
    public string? Details { get; init; }

    /// <summary>The verbs in the order of help.</summary>
    public IReadOnlyList<Verb> Verbs => _verbs;

    /// <summary>The nouns below it, in the order of help.</summary>
    public IReadOnlyList<Noun> Nouns => _nouns;

    /// <summary>Its examples: the first ones of its verbs.</summary>
    public IReadOnlyList<CommandExample> Examples
    {
        get
        {
            CommandExample[] own = [.. _verbs.Where(static verb => verb.Examples.Count > 0).Take(4).Select(static verb => verb.Examples[0])];
            return own.Length >= 2
                ? own
                :
                [
                    .. own,
                    .. _nouns.SelectMany(static noun => noun.Examples).Take(3),
                    .. _verbs.Where(static verb => verb.Examples.Count > 1).Take(1).Select(static verb => verb.Examples[1]),
                ];
        }
    }

    /// <summary>Adds verbs.</summary>
    public Noun Add(params IReadOnlyList<Verb> verbs)
    {
        _verbs.AddRange(verbs);
        return this;
    }

    /// <summary>Adds nouns below it.</summary>
    public Noun Add(params IReadOnlyList<Noun> nouns)
    {
        _nouns.AddRange(nouns);
        return this;
    }

    /// <summary>Finds a noun below it, or adds it.</summary>
    public Noun Below(string name, string summary)
    {
        if (_nouns.Find(noun => noun.Name == name) is { } known)
        {
            return known;
        }

        Noun added = new(name, summary);
        _nouns.Add(added);
        return added;
    }
}
