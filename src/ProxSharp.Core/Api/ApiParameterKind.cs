namespace ProxSharp.Api;

/// <summary>The type in which a parameter was given; it decides how a JSON body carries it.</summary>
public enum ApiParameterKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number or a number with a fraction.</summary>
    Number,

    /// <summary>A boolean; its text is 1 or 0.</summary>
    Boolean,
}
