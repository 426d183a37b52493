namespace ProxSharp.Validation;

/// <summary>Checks a text against a format the server knows by name.</summary>
/// <param name="value">The text.</param>
/// <returns>The complaint in the server's words, without line feed at its end; null if the text is fine.</returns>
internal delegate string? FormatRule(string value);
