using System.Net;

namespace ProxSharp.Simulator.State;

/// <summary>What the server finds out about the name of a node that is no member: it asks its own list of hosts, and nobody else answers.</summary>
internal static class NameService
{
    /// <summary>The address of a name.</summary>
    /// <param name="hosts">The text of the list of hosts.</param>
    /// <param name="name">The name, of which the case does not matter.</param>
    /// <returns>Null if the name is not in the list.</returns>
    public static IPAddress? Find(string hosts, string name)
    {
        foreach (string line in hosts.Split('\n'))
        {
            string[] words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Skip(1).Contains(name, StringComparer.OrdinalIgnoreCase) && IPAddress.TryParse(words[0], out IPAddress? address))
            {
                return address;
            }
        }

        return null;
    }
}
