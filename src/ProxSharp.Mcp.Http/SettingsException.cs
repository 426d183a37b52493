namespace ProxSharp.Mcp.Http;

/// <summary>The program cannot start as it is told; the message says what to change.</summary>
internal sealed class SettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
