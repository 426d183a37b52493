namespace ProxSharp.PropertyStrings;

/// <summary>A typed property string: <c>Parse</c> and <c>ToString</c> are exact inverses for every text.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IPropertyString<TSelf> : IParsable<TSelf>
    where TSelf : PropertyString, IPropertyString<TSelf>
{
    /// <summary>The keys of the format.</summary>
    static abstract PropertyStringFormat Format { get; }

    /// <summary>Makes a value of the parts of a text. Nothing is checked: what a server sends must always be readable.</summary>
    static abstract TSelf FromWire(PropertyStringEntries entries);
}
