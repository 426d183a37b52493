using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>A guest that a call makes.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name; null if only the server knows it.</param>
/// <param name="Node">The node it is made on.</param>
internal sealed record MadeGuest(string Id, string? Name, string Node)
{
    /// <summary>Writes the members that tell which guest it is.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("vmid", long.Parse(Id, CultureInfo.InvariantCulture));
        if (Name is not null)
        {
            json.WriteString("name", Name);
        }

        json.WriteString("node", Node);
    }
}
