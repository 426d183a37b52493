using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Tests;

public sealed class PolicyTests
{
    private static readonly PolicyTarget s_target = new("vm 106") { Vmid = 106, Node = "pve1", Pool = "staging", Tags = ["web"] };

    [Theory]
    [InlineData("""{"version":1,"limits":{"targetsPerPlan":0}}""", "limits.targetsPerPlan", "is 0: no plan may change anything")]
    [InlineData("""{"version":1,"limits":{"mutationsPerHour":0}}""", "limits.mutationsPerHour", "is 0: ")]
    [InlineData("""{"version":1,"limits":{"concurrentTasks":0}}""", "limits.concurrentTasks", "is 0: ")]
    [InlineData("""{"version":1,"allow":[{"classes":["exec"]}],"exec":{"enabled":true}}""", "exec.templates", "names no command")]
    [InlineData("""{"version":1,"allow":[{"classes":["exec"]}]}""", "exec.enabled", "is not true")]
    [InlineData(
        """{"version":1,"allow":[{"classes":["exec"]}],"exec":{"enabled":true,"templates":[{"command":["uptime"]},{"command":["cat","--file={f}"],"values":{"f":"a"}}]}}""",
        "exec.templates[2].values",
        "no argument is {f} as a whole")]
    [InlineData("""{"version":1,"exec":{"enabled":true,"templates":[{"command":["uptime"]}]}}""", "exec.enabled", "no rule in 'allow'")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"]},{"classes":["reversible"],"vmids":["100","7","1-99"]}]}""", "allow[2].vmids", "has 7, 1-99:")]
    [InlineData("""{"version":1,"protect":{"vmids":["99"]}}""", "protect.vmids", "has 99:")]
    public void Oddities_NameTheKeyAndWhatItMeans(string json, string key, string meaning)
    {
        KeyValuePair<string, string> odd = Assert.Single(GuardPolicy.Parse(json).FindOddities());
        Assert.Equal(key, odd.Key);
        Assert.Contains(meaning, odd.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"allow":[{"classes":["exec"],"vmids":["1-100"]}],"exec":{"enabled":true,"templates":[{"command":["uptime"]}]},"limits":{"targetsPerPlan":1}}""")]
    public void Oddities_OfWhatCanBeMeant_AreNone(string json) => Assert.Empty(GuardPolicy.Parse(json).FindOddities());

    [Theory]
    [InlineData("""{"version":1,"alow":[]}""", "'alow'")]
    [InlineData("""{"version":1,"protect":{"tag":["prod"]}}""", "'protect.tag'")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible"],"vmid":["1"]}]}""", "'allow.vmid'")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversable"]}]}""", "reversable")]
    [InlineData("""{"version":1,"approval":{"disruptive":"maybe"}}""", "'approval.disruptive'")]
    [InlineData("""{"version":1,"limits":{"targetsPerPlan":"many"}}""", "'limits.targetsPerPlan'")]
    [InlineData("""{"version":1,"snapshotFirst":["disruptiv"]}""", "'snapshotFirst' has 'disruptiv'")]
    [InlineData("""{"version":1,"snapshotFirst":true}""", "snapshotFirst")]
    [InlineData("""{"version":2}""", "'version'")]
    [InlineData("""{"version":1,"exec":{"enabled":true,"templates":[{"command":["ls","{dir}"]}]}}""", "{dir}")]
    [InlineData("""{"version":1,"exec":{"enabled":true,"templates":[{"command":["ls","{dir}"],"values":{"dir":"a)|(?:b"}}]}}""", "no valid policy")]
    [InlineData("""{"version":1,"version":1}""", "version")]
    [InlineData("not json", "no valid policy")]
    [InlineData("", "is empty, so everything is refused")]
    [InlineData(" \n", "is empty, so everything is refused")]
    [InlineData("null", "everything is refused: it must be an object.")]
    [InlineData("[]", "everything is refused: it must be an object.")]
    public void Parse_WhatIsNotUnderstood_RefusesEverythingAndNamesTheKey(string json, string expected)
    {
        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => GuardPolicy.Parse(json));
        Assert.Equal("policy", refusal.Reason);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Folder_RefusesEverythingAndSaysWhatIsThere()
    {
        string folder = Directory.CreateTempSubdirectory("policy-").FullName;
        try
        {
            GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => GuardPolicy.Load(folder));
            Assert.Contains("it is a folder, and must be a file", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Theory]
    [InlineData("tags", "prod ")]
    [InlineData("tags", "Db;web")]
    [InlineData("tags", "")]
    [InlineData("tags", "-prod")]
    [InlineData("tags", "prod\\n")]
    [InlineData("pools", "production/")]
    [InlineData("pools", "/production")]
    [InlineData("pools", "")]
    [InlineData("pools", "a//b")]
    [InlineData("pools", "a/b/c/d")]
    [InlineData("pools", "two words")]
    [InlineData("vmids", "")]
    [InlineData("vmids", "0")]
    [InlineData("vmids", "1000000000")]
    [InlineData("vmids", "100 ")]
    [InlineData("nodes", "pve1.example.com")]
    [InlineData("nodes", "pve1 ")]
    [InlineData("nodes", "")]
    public void Parse_WordThatNothingCanHave_RefusesEverythingAndNamesIt(string list, string word)
    {
        string[] policies =
        [
            $$$"""{"version":1,"allow":[{"classes":["reversible"],"{{{list}}}":["{{{word}}}"]}]}""",
            $$$"""{"version":1,"protect":{"{{{list}}}":["{{{word}}}"]}}""",
        ];
        foreach (string policy in list == "nodes" ? policies[..1] : policies)
        {
            GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => GuardPolicy.Parse(policy));
            Assert.Equal("policy", refusal.Reason);
            Assert.Contains($".{list}'", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"has '{word.Replace("\\n", "", StringComparison.Ordinal).TrimEnd()}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Parse_WordsAsProxmoxAllowsThem_AreUnderstood() => Assert.NotEmpty(GuardPolicy.Parse("""
        {"version":1,"allow":[{"classes":["reversible"],"tags":["_a","9.b+c-d"],"pools":["a.b_c-d","a/b/c"],"nodes":["pve-1","n"],"vmids":["100","1-100"]}],
         "protect":{"tags":["Prod"],"pools":["a/b"],"vmids":["999999999"]}}
        """).Rules);

    [Fact]
    public void Parse_RuleThatNamesRead_AddsNothing()
    {
        GuardPolicy policy = GuardPolicy.Parse("""{"version":1,"allow":[{"classes":["read"]}]}""");
        policy.Check(OperationClass.Read, "GET /version", s_target);
        Assert.Throws<GuardRefusedException>(() => policy.Check(OperationClass.Reversible, "call", s_target));
    }

    [Fact]
    public void Load_NoFile_IsReadOnly()
    {
        GuardPolicy policy = GuardPolicy.Load(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString(), "policy.json"));
        policy.Check(OperationClass.Read, "GET /version", s_target);
        foreach (OperationClass kind in Enum.GetValues<OperationClass>().Where(static kind => kind != OperationClass.Read))
        {
            Assert.Throws<GuardRefusedException>(() => policy.Check(kind, "call", s_target));
        }
    }

    [Fact]
    public void Load_FolderInPlaceOfFile_RefusesEverything() =>
        Assert.Equal("policy", Assert.Throws<GuardRefusedException>(() => GuardPolicy.Load(Path.GetTempPath())).Reason);

    [Theory]
    [InlineData("""{"classes":["reversible"]}""", true)]
    [InlineData("""{"classes":["disruptive"]}""", false)]
    [InlineData("""{"classes":["reversible"],"pools":["staging"]}""", true)]
    [InlineData("""{"classes":["reversible"],"pools":["production"]}""", false)]
    [InlineData("""{"classes":["reversible"],"tags":["WEB"]}""", true)]
    [InlineData("""{"classes":["reversible"],"tags":["db"]}""", false)]
    [InlineData("""{"classes":["reversible"],"nodes":["pve2"]}""", false)]
    [InlineData("""{"classes":["reversible"],"vmids":["100-105","107"]}""", false)]
    [InlineData("""{"classes":["reversible"],"vmids":["100-105","106"],"tags":["web"]}""", true)]
    [InlineData("""{"classes":["reversible"],"vmids":[]}""", false)]
    public void Check_Rule_AllowsOnlyWhatAllListsName(string rule, bool allowed)
    {
        GuardPolicy policy = GuardPolicy.Parse($$"""{"version":1,"allow":[{{rule}}]}""");
        Exception? failure = Record.Exception(() => policy.Check(OperationClass.Reversible, "call", s_target));
        Assert.Equal(allowed, failure is null);
    }

    [Theory]
    [InlineData("staging", true)]
    [InlineData("staging/web", false)]
    [InlineData("staging-old", false)]
    [InlineData(null, false)]
    public void Check_RuleWithAPool_AllowsThatPoolAndNotThoseInIt(string? pool, bool allowed)
    {
        GuardPolicy policy = GuardPolicy.Parse("""{"version":1,"allow":[{"classes":["reversible"],"pools":["staging"]}]}""");
        Assert.Equal(allowed, Record.Exception(() => policy.Check(OperationClass.Reversible, "call", s_target with { Pool = pool })) is null);
    }

    [Theory]
    [InlineData("""{"tags":["web"]}""")]
    [InlineData("""{"pools":["staging"]}""")]
    [InlineData("""{"vmids":["100-110"]}""")]
    public void Check_Protected_RefusesWhateverIsAllowed(string protect)
    {
        GuardPolicy policy = GuardPolicy.Parse($$"""{"version":1,"allow":[{"classes":["reversible"]}],"protect":{{protect}}}""");
        Assert.Equal("protected", Assert.Throws<GuardRefusedException>(() => policy.Check(OperationClass.Reversible, "call", s_target)).Reason);
    }

    [Fact]
    public void Check_ServersOwnProtection_Refuses()
    {
        GuardPolicy policy = GuardPolicy.Parse("""{"version":1,"allow":[{"classes":["reversible"]}]}""");
        Assert.Throws<GuardRefusedException>(() => policy.Check(OperationClass.Reversible, "call", s_target with { IsProtected = true }));
    }

    [Theory]
    [InlineData(true, "systemctl", "status", "nginx")]
    [InlineData(false, "systemctl", "status", "nginx; rm -rf /")]
    [InlineData(false, "systemctl", "status", "$(reboot)")]
    [InlineData(false, "systemctl", "status", "nginx\n")]
    [InlineData(false, "systemctl", "status", "nginx", "sshd")]
    [InlineData(false, "systemctl", "stop", "nginx")]
    [InlineData(false, "sh", "-c", "uptime")]
    [InlineData(true, "uptime")]
    public void CheckCommand_Templates_AllowExactArgumentsOnly(bool allowed, params string[] command)
    {
        GuardPolicy policy = GuardPolicy.Parse("""
            {"version":1,"exec":{"enabled":true,"templates":[
              {"command":["uptime"]},
              {"command":["systemctl","status","{unit}"],"values":{"unit":"[a-z]+"}}]}}
            """);
        Assert.Equal(allowed, Record.Exception(() => policy.CheckCommand(command)) is null);
    }

    [Fact]
    public void CheckCommand_PatternThatTakesTooLong_IsRefusedAndNamesTheValue()
    {
        GuardPolicy policy = GuardPolicy.Parse("""
            {"version":1,"exec":{"enabled":true,"templates":[{"command":["ls","{dir}"],"values":{"dir":"(a+)+"}}]}}
            """);
        policy.CheckCommand(["ls", "aaa"]);
        GuardRefusedException refusal = Assert.Throws<GuardRefusedException>(() => policy.CheckCommand(["ls", new string('a', 40) + "!"]));
        Assert.Equal("exec", refusal.Reason);
        Assert.Contains("the pattern of the value 'dir'", refusal.Message, StringComparison.Ordinal);
    }
}
