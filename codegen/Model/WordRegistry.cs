namespace ProxSharp.CodeGen.Model;

/// <summary>Collects the word sets: equal lists of values are one type.</summary>
internal sealed class WordRegistry
{
    private readonly Dictionary<string, WordModel> _words = new(StringComparer.Ordinal);

    /// <summary>The sets in the order they were first seen.</summary>
    public List<WordModel> Words { get; } = [];

    /// <summary>Returns the type of a list of values.</summary>
    public CodeType Get(IReadOnlyList<string> values, IReadOnlyList<string> place, string member)
    {
        string identity = string.Join('\n', values.Order(StringComparer.Ordinal));
        if (!_words.TryGetValue(identity, out WordModel? word))
        {
            _words[identity] = word = new WordModel { Identity = identity, Values = values };
            Words.Add(word);
        }

        word.Uses.Add((place, member));
        return new CodeType(CodeKind.Word, word);
    }
}
