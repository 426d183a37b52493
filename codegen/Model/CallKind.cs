namespace ProxSharp.CodeGen.Model;

/// <summary>What travels in a call.</summary>
internal enum CallKind
{
    /// <summary>Parameters and a JSON answer.</summary>
    Plain,

    /// <summary>A file is sent.</summary>
    Upload,

    /// <summary>The answer is a byte stream.</summary>
    Download,
}
