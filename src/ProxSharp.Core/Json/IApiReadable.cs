namespace ProxSharp.Json;

/// <summary>An object that can read itself from a server's answer.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IApiReadable<out TSelf>
    where TSelf : class
{
    /// <summary>Reads the value the reader stands on. Anything that is no object reads as an object without members.</summary>
    static abstract TSelf Read(ref ApiJsonReader reader);
}
