using System.Text.Json.Nodes;
using ProxSharp.CodeGen.Docs;
using ProxSharp.CodeGen.Model;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Tests;

public sealed class DocumentationTests
{
    private static readonly Glossary s_glossary = new(
        JsonNode.Parse("""
            {"words":{"node":"Name of the node.","size":"Size."},
             "pve":{"size":"Size in bytes.","size @ /nodes":"Size on the node.","size @ /nodes/{node}/disks":"Size of the disk.","returns:size":"Size found.","fmt:drive.size":"Size of the drive.","op:GET /nodes":"Lists nodes."}}
            """)!.AsObject(),
        "pve");

    [Theory]
    [InlineData("/nodes/{node}/disks/zfs", "size", "Size of the disk.")]
    [InlineData("/nodes/{node}/disksize", "size", "Size on the node.")]
    [InlineData("/storage", "size", "Size in bytes.")]
    [InlineData("/storage", "node", "Name of the node.")]
    [InlineData("/storage", "unheard", null)]
    public void Parameter_LongestPath_Decides(string path, string name, string? expected) => Assert.Equal(expected, s_glossary.Parameter(path, name));

    [Fact]
    public void Result_WithoutOwnMeaning_TakesThatOfTheParameter()
    {
        Assert.Equal("Size found.", s_glossary.Result("/nodes", "size"));
        Assert.Equal("Name of the node.", s_glossary.Result("/nodes", "node"));
    }

    [Fact]
    public void FormatKey_VariantOfAFormat_SharesTheMeaning() => Assert.Equal("Size of the drive.", s_glossary.FormatKey("drive#2", "size"));

    [Fact]
    public void Input_AllFacts_AreSaidInShortSentences()
    {
        ApiNode node = new()
        {
            Type = ApiValueType.Integer,
            Default = "4",
            Minimum = 1,
            Maximum = 256,
            Requires = "storage",
            When = new Dictionary<string, IReadOnlyList<string>> { ["type"] = ["a", "b", "c"] },
        };

        IEnumerable<string> facts = FactText.Input(new MemberModel("size", "Size", node, CodeType.Integer, IsOptional: true));

        Assert.Equal(
            ["Only while <c>type</c> is <c>a</c>, <c>b</c> or <c>c</c>.", "Default: <c>4</c>.", "From 1 to 256.", "Needs <c>storage</c>."],
            facts);
    }

    [Fact]
    public void Input_TextWithMarkup_IsEscaped()
    {
        ApiNode node = new() { Type = ApiValueType.String, Pattern = "[<>&]+", MaximumLength = 8, Format = "pve-node-list" };

        Assert.Equal(
            ["At most 8 characters.", "Pattern: <c>[&lt;&gt;&amp;]+</c>.", "Several <c>pve-node</c> are separated by commas."],
            FactText.Input(new MemberModel("x", "X", node, CodeType.Text, IsOptional: true)));
    }

    [Fact]
    public void Describe_NestedChecks_AreBracketed()
    {
        PermissionCheck check = new PermissionCheck.AnyOf(
        [
            new PermissionCheck.UserParameter("self"),
            new PermissionCheck.All([new PermissionCheck.Privilege("/vms/{vmid}", ["VM.Audit", "VM.Console"], Any: false, null), new PermissionCheck.Privilege("/", ["Sys.Audit"], Any: true, "storage")]),
        ]);

        Assert.Equal(
            "Needs to be the user concerned or (<c>VM.Audit</c> and <c>VM.Console</c> on <c>/vms/{vmid}</c> and <c>Sys.Audit</c> on <c>/</c> if <c>storage</c> is given). The server checks more.",
            PermissionText.Describe(new ApiPermission(ApiAudience.Authenticated, check, HasFurtherRule: true)));
    }
}
