namespace ProxSharp.Api;

/// <summary>The four HTTP verbs that the Proxmox API knows.</summary>
public enum ApiMethod
{
    /// <summary>Reads; parameters travel in the query.</summary>
    Get,

    /// <summary>Creates or starts something; parameters travel in the body.</summary>
    Post,

    /// <summary>Changes something; parameters travel in the body.</summary>
    Put,

    /// <summary>Removes something; parameters travel in the query.</summary>
    Delete,
}
