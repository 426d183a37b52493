using ProxSharp.Schema;

namespace ProxSharp.Validation;

/// <summary>Checks a text of the form <c>key=value,key=value</c> against the keys of its format.</summary>
internal abstract class PropertyStringCheck
{
    /// <summary>Checks a text.</summary>
    /// <param name="text">The property string.</param>
    /// <param name="path">The name of the parameter that holds it, used as prefix of complaints about its keys.</param>
    /// <returns>The complaint, without line feed at its end; null if the text is fine.</returns>
    public abstract string? Check(string text, string path);

    /// <summary>Finds the key whose name may be left out.</summary>
    protected static string? DefaultKeyOf(ApiNode format)
    {
        if (format.DefaultKeyName is { } named)
        {
            return named;
        }

        foreach ((string key, ApiNode node) in format.Properties)
        {
            if (node.IsDefaultKey)
            {
                return key;
            }
        }

        return null;
    }
}
