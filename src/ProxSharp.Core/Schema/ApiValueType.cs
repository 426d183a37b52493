namespace ProxSharp.Schema;

/// <summary>The wire type that the API schema declares for a value.</summary>
public enum ApiValueType
{
    /// <summary>The schema says nothing: any JSON value may come.</summary>
    Any,

    /// <summary>No value.</summary>
    Null,

    /// <summary>Text; see <see cref="ApiNode.Format"/> and <see cref="ApiNode.PropertyStringFormat"/> for what it must look like.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number that may have a fraction.</summary>
    Number,

    /// <summary>A boolean: 1 and 0 on Proxmox VE, true and false on Proxmox Backup Server.</summary>
    Boolean,

    /// <summary>A list of values.</summary>
    Array,

    /// <summary>An object with named members.</summary>
    Object,
}
