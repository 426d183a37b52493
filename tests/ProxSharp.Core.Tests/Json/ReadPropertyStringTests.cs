using System.Diagnostics.CodeAnalysis;
using ProxSharp.Json;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Core.Tests.Json;

/// <summary>The same property string comes as text from some calls and as an object from others.</summary>
public sealed class ReadPropertyStringTests
{
    [Theory]
    [InlineData("\"user-allow=list,user-allow-list=web;prod\"")]
    [InlineData("""{"user-allow":"list","user-allow-list":["web","prod"]}""")]
    [InlineData("""{"user-allow":"list","user-allow-list":"web;prod"}""")]
    public void ReadPropertyString_TextOrObject_GivesTheSameValue(string json)
    {
        ApiJsonReader reader = new(System.Text.Encoding.UTF8.GetBytes(json));

        TagAccess? access = reader.ReadPropertyString<TagAccess>();

        Assert.Equal("user-allow=list,user-allow-list=web;prod", access?.ToString());
    }

    [Fact]
    public void ReadPropertyString_NumbersAndBooleansInObject_BecomeText()
    {
        ApiJsonReader reader = new("""{"max-workers":16,"enabled":true}"""u8);

        Assert.Equal("max-workers=16,enabled=true", reader.ReadPropertyString<TagAccess>()?.ToString());
    }

    private sealed record TagAccess : PropertyString, IPropertyString<TagAccess>
    {
        private TagAccess(PropertyStringEntries entries)
            : base(Format, entries)
        {
        }

        public static PropertyStringFormat Format { get; } = new("test");

        public static TagAccess FromWire(PropertyStringEntries entries) => new(entries);

        public static TagAccess Parse(string s, IFormatProvider? provider) => new(PropertyStringEntries.Parse(s));

        public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TagAccess result)
        {
            result = s is null ? null : Parse(s, provider);
            return result is not null;
        }
    }
}
