namespace ProxSharp.Schema;

/// <summary>How the bytes of a call travel.</summary>
public enum ApiTransportKind
{
    /// <summary>Parameters in, a JSON envelope out.</summary>
    Envelope,

    /// <summary>The answer is a raw byte stream without the JSON envelope.</summary>
    Download,

    /// <summary>The request body is a raw byte stream.</summary>
    Upload,
}
