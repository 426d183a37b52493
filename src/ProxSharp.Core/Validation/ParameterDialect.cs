namespace ProxSharp.Validation;

/// <summary>The words and habits in which the two products differ when they check parameters.</summary>
internal sealed class ParameterDialect
{
    /// <summary>The complaint about a required parameter that was not given.</summary>
    public required string Missing { get; init; }

    /// <summary>The complaint about a parameter the endpoint does not declare.</summary>
    public required string Unknown { get; init; }

    /// <summary>True if required parameters are only looked for when all given ones are fine.</summary>
    public required bool LooksForMissingLast { get; init; }

    /// <summary>Proxmox VE.</summary>
    public static ParameterDialect VirtualEnvironment { get; } = new()
    {
        Missing = "property is missing and it is not optional",
        Unknown = "property is not defined in schema and the schema does not allow additional properties",
        LooksForMissingLast = false,
    };

    /// <summary>Proxmox Backup Server.</summary>
    public static ParameterDialect BackupServer { get; } = new()
    {
        Missing = "parameter is missing and it is not optional.",
        Unknown = "schema does not allow additional properties.",
        LooksForMissingLast = true,
    };
}
