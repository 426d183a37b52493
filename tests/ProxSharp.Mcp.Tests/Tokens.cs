using Microsoft.ML.Tokenizers;

namespace ProxSharp.Mcp.Tests;

/// <summary>Counts tokens as a large model would: with the byte pair encoding o200k_base. Other models' counts differ by some per cent.</summary>
internal static class Tokens
{
    private static readonly TiktokenTokenizer s_tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    public static int Count(string text) => s_tokenizer.CountTokens(text);
}
