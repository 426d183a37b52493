using ProxSharp.Operations.Policies;

namespace ProxSharp.Mcp.Policies;

/// <summary>
/// Finds the policy of a server, for all programs in the same way. It belongs to the server and not to the name of a context: another name for the same
/// address or the same pinned certificate changes nothing, as long as the context with the policy is among those that are read. A policy of the machine goes
/// before one of the user, and no variable or option moves it.
/// </summary>
/// <param name="systemFolder">The folder of the machine's own configuration.</param>
/// <param name="agentsFolder">The user's folder of policies and of what they leave behind.</param>
internal sealed class PolicyFinder(string systemFolder, string agentsFolder)
{
    /// <summary>The folder of the machine's own configuration, which no variable moves: <c>/etc/prox</c>, <c>%ProgramData%\prox</c> on Windows.</summary>
    public static string SystemFolder { get; } = OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "prox")
        : "/etc/prox";

    // No context has a folder of this name, because the sign is escaped there, and no host has the sign in its name.
    private const string CommonName = "@all";

    /// <summary>The folder of the freeze switch that holds for all servers, those that are added later among them.</summary>
    public string CommonFolder => Path.Combine(agentsFolder, CommonName);

    /// <summary>Finds it. A place is returned in any case; whether there is a policy is another question.</summary>
    /// <param name="server">The server.</param>
    /// <param name="others">Reads all contexts; called only if it matters.</param>
    public GuardPlace Find(GuardedServer server, Func<IEnumerable<GuardedServer>> others)
    {
        string[] names = FindSystem(server);
        if (names.Length > 0)
        {
            // Not by the name of the context: a new name would bring a fresh hour and no freeze.
            string name = names[0];
            return new GuardPlace(server.Name, SystemPath(name), Path.Combine(agentsFolder, name), IsSystem: true)
            {
                Fault = Contradiction(names),
                CommonFolder = CommonFolder,
            };
        }

        GuardPlace own = Place(server.Name);
        return own.HasPolicy || !Directory.Exists(agentsFolder)
            ? own
            : others().Where(server.IsSameAs).Select(other => Place(other.Name)).FirstOrDefault(static place => place.HasPolicy) ?? own;
    }

    // One for each address, in an order that does not depend on theirs.
    private string[] FindSystem(GuardedServer server) =>
    [
        .. server.Endpoints
            .Select(endpoint => HostNames.FileNames(endpoint.Host).Append("default").FirstOrDefault(name => PolicyFile.MayExist(SystemPath(name))))
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    private string SystemPath(string name) => Path.Combine(systemFolder, "policies", $"{name}.json");

    /// <summary>
    /// A context with several addresses reaches one server or another, so that the policies of all of them would have to hold. Those that say the same do;
    /// of others nobody can tell what was meant.
    /// </summary>
    private string? Contradiction(string[] names)
    {
        string[] texts = names.Length > 1 ? [.. names.Select(name => ReadText(SystemPath(name)))] : [];
        return texts.Distinct(StringComparer.Ordinal).Count() > 1
            ? $"The addresses of this context have different policies ({string.Join(", ", names.Select(SystemPath))}), so everything is refused: "
                + "give the files the same content, or name one address."
            : null;
    }

    // What cannot be read is like nothing else.
    private static string ReadText(string path)
    {
        try
        {
            return GuardFiles.ReadText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path}: {e.Message}";
        }
    }

    /// <summary>The place of the user's own policy for a context, whether there is one or not.</summary>
    public GuardPlace Place(string name)
    {
        string folder = Path.Combine(agentsFolder, Uri.EscapeDataString(name));
        return new GuardPlace(name, Path.Combine(folder, "policy.json"), folder, IsSystem: false) { CommonFolder = CommonFolder };
    }
}
