namespace ProxSharp.CodeGen.Schema;

/// <summary>One product and the places its code goes to.</summary>
/// <param name="Prefix">The prefix of type names, <c>Pve</c> or <c>Pbs</c>.</param>
/// <param name="Title">The product's name in documentation.</param>
internal sealed record Product(string Prefix, string Title)
{
    /// <summary>All products.</summary>
    public static readonly IReadOnlyList<Product> All = [new("Pve", "Proxmox VE"), new("Pbs", "Proxmox Backup Server")];

    /// <summary>The name in file names, <c>pve</c> or <c>pbs</c>.</summary>
    public string Key => Prefix.ToLowerInvariant();

    /// <summary>The namespace of the generated code.</summary>
    public string Namespace => $"ProxSharp.{Prefix}.Api";

    /// <summary>The folder of the generated files, relative to the repository.</summary>
    public string Folder => $"src/{Namespace}/Generated";

    /// <summary>The namespace of the domain layer.</summary>
    public string DomainNamespace => $"ProxSharp.{Prefix}";

    /// <summary>The folder of the generated half of the domain layer, relative to the repository.</summary>
    public string DomainFolder => $"src/{DomainNamespace}/Generated";
}
