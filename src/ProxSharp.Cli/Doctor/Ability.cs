namespace ProxSharp.Cli.Doctor;

/// <summary>Something that a user or token can do if it has a privilege.</summary>
/// <param name="What">What it can do.</param>
/// <param name="Path">The path of the access control list where the privilege counts for all there is.</param>
/// <param name="Privilege">The privilege.</param>
/// <param name="Role">The role that holds it; a privilege for a role of its own.</param>
internal sealed record Ability(string What, string Path, string Privilege, string Role)
{
    /// <summary>The privilege that is enough for what the user or token owns; null if there is none.</summary>
    public string? OfOwner { get; init; }

    /// <summary>Whether an entry on a part of it lets it be done there.</summary>
    public bool HasParts { get; init; } = true;

    /// <summary>What is below the path, in words.</summary>
    public string Things => Path switch
    {
        _ when OfOwner is not null => "backups",
        "/vms" => "guests",
        "/storage" => "storages",
        "/nodes" => "nodes",
        "/datastore" => "datastores",
        "/remote" => "remotes",
        _ => $"of {Path}",
    };

    /// <summary>Tells whether a path is that of a part.</summary>
    public bool IsPart(string path) => HasParts && path != Path && (IsBelow(path, Path) || (Path is "/vms" or "/storage" && IsBelow(path, "/pool")));

    /// <summary>Tells whether a path is below another one.</summary>
    public static bool IsBelow(string path, string above) => path.StartsWith(above.TrimEnd('/') + "/", StringComparison.Ordinal);
}
