using System.Globalization;

namespace ProxSharp.Cli.Charts;

/// <summary>A colour of a picture.</summary>
/// <param name="Red">Its red part.</param>
/// <param name="Green">Its green part.</param>
/// <param name="Blue">Its blue part.</param>
internal readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    /// <summary>Reads six hexadecimal digits.</summary>
    public static Colour Parse(string text)
    {
        int value = int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return new Colour((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }
}
