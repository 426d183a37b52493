namespace ProxSharp.CodeGen.Naming;

/// <summary>Gives out names that differ in more than their case.</summary>
internal sealed class UniqueNames
{
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a scope in which some names are taken already.</summary>
    public UniqueNames(params IEnumerable<string> reserved) => _used.UnionWith(reserved);

    /// <summary>Tells whether a name is taken.</summary>
    public bool IsUsed(string name) => _used.Contains(name);

    /// <summary>Takes the first of the names that is free; if none is, the last one with a number.</summary>
    public string Take(params IEnumerable<string> candidates)
    {
        string last = "";
        foreach (string candidate in candidates)
        {
            last = candidate;
            if (_used.Add(candidate))
            {
                return candidate;
            }
        }

        int number = 2;
        while (!_used.Add($"{last}{number}"))
        {
            number++;
        }

        return $"{last}{number}";
    }
}
