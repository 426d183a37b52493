using System.Text.Json;

namespace ProxSharp.Simulator.Access;

/// <summary>Reads the roles a server has from the start, which are data files of this assembly.</summary>
internal static class RoleCatalogue
{
    public static Dictionary<string, SortedSet<string>> Load(string resource)
    {
        using Stream stream = typeof(RoleCatalogue).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The role catalogue '{resource}' is missing from the assembly.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToDictionary(
            static role => role.Name,
            static role => new SortedSet<string>(role.Value.EnumerateArray().Select(static privilege => privilege.GetString()!), StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}
