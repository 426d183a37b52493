namespace ProxSharp.CodeGen.Naming;

/// <summary>Turns wire names into the words of C# names.</summary>
internal sealed class WordSplitter
{
    private readonly IReadOnlyDictionary<string, string> _glued;

    /// <summary>Creates a splitter.</summary>
    /// <param name="glued">How words are written that the servers glue together, for example <c>rrddata</c> as <c>RrdData</c>.</param>
    public WordSplitter(IReadOnlyDictionary<string, string> glued) => _glued = glued;

    /// <summary>Returns the words of a wire name, each with a capital: <c>max-workers</c> gives Max and Workers.</summary>
    public IReadOnlyList<string> Split(string wireName)
    {
        List<string> words = [];
        foreach (string part in Parts(wireName))
        {
            words.AddRange(Capitals(_glued.TryGetValue(part, out string? known) ? known : char.ToUpperInvariant(part[0]) + part[1..]));
        }

        return words;
    }

    /// <summary>Returns a wire name in Pascal case.</summary>
    public string Pascal(string wireName)
    {
        string name = string.Concat(Split(wireName));
        return name.Length > 0 && !char.IsAsciiDigit(name[0]) ? name : "Value" + name;
    }

    /// <summary>Returns a wire name in camel case, escaped if it is a C# keyword.</summary>
    public string Camel(string wireName)
    {
        string pascal = Pascal(wireName);
        string camel = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        return Keywords.All.Contains(camel) ? "@" + camel : camel;
    }

    /// <summary>Takes a Pascal-case name apart at its capitals.</summary>
    public static IEnumerable<string> Capitals(string pascal)
    {
        int start = 0;
        for (int i = 1; i < pascal.Length; i++)
        {
            if (char.IsAsciiLetterUpper(pascal[i]) && !char.IsAsciiLetterUpper(pascal[i - 1]))
            {
                yield return pascal[start..i];
                start = i;
            }
        }

        yield return pascal[start..];
    }

    private static IEnumerable<string> Parts(string wireName)
    {
        int start = 0;
        for (int i = 0; i <= wireName.Length; i++)
        {
            if (i == wireName.Length || !char.IsAsciiLetterOrDigit(wireName[i]))
            {
                if (i > start)
                {
                    yield return wireName[start..i];
                }

                start = i + 1;
            }
        }
    }
}
