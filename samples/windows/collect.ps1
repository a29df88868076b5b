<#
.SYNOPSIS
    Writes everything fwproof wants to know of this server's Windows Firewall into one zip file.
.DESCRIPTION
    Only reads: rules, profiles, dynamic port ranges, addresses, which profile each network has, and server roles.
    Needs no internet and changes nothing. Connection security settings are not collected, because they may hold
    pre-shared keys. What cannot be read is said in the zip, and fwproof says what that means.
    Runs on Windows Server 2008 R2 (PowerShell 2.0) and later, in any language; start it as administrator:
        powershell -NoProfile -ExecutionPolicy Bypass -File collect.ps1
    Then: fwproof audit SERVER-firewall.zip
.PARAMETER Folder
    Where the zip is written (a folder of the same name where nothing can make a zip); the current folder if not given.
#>
param([string]$Folder = (Get-Location).Path)

$ErrorActionPreference = 'Stop'
$user = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $user.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    Write-Error 'Start this script from an elevated prompt ("Run as administrator").'
}
if ($env:PROCESSOR_ARCHITEW6432) {
    Write-Error 'Start this script from the 64-bit PowerShell: this one sees another registry.'
}

# A part that fails is named in the manifest; the others are written all the same.
$failed = @()
function Save-Part([string]$Name, [scriptblock]$Steps) {
    try { & $Steps } catch {
        $script:failed += "${Name}: $_"
        Write-Warning "${Name}: $_"
    }
}

# By cmd.exe: raw bytes, so that no code page gets in between.
function Save-Output([string]$Command, [string]$File) {
    cmd.exe /d /c "$Command > $File 2>&1"
    if ($LASTEXITCODE) {
        $said = [IO.File]::ReadAllText("$work\$File", [Console]::OutputEncoding).Trim()
        Remove-Item $File
        throw "$said (exit code $LASTEXITCODE)"
    }
}

function Save-ActiveStore([string]$File) {
    $own = -split ('Name InstanceID DisplayName DisplayGroup Enabled Profile Direction Action EdgeTraversalPolicy Owner ' +
        'Platform PolicyStoreSource PolicyStoreSourceType PolicyAppId RemoteDynamicKeywordAddresses')
    $kinds = @{
        Port          = -split 'Protocol LocalPort RemotePort IcmpType DynamicTarget'
        Address       = -split 'LocalAddress RemoteAddress'
        Application   = -split 'Program Package'
        Service       = @('Service')
        Interface     = @('InterfaceAlias')
        InterfaceType = @('InterfaceType')
        Security      = -split 'Authentication Encryption OverrideBlockRules LocalUser RemoteUser RemoteMachine'
    }
    # One call for each kind of filter, not one for each rule: a server has hundreds of rules. Commands of this module
    # do not see $ErrorActionPreference of a script.
    $facets = @{}
    foreach ($kind in $kinds.Keys) {
        foreach ($filter in & "Get-NetFirewall${kind}Filter" -PolicyStore ActiveStore -ErrorAction Stop) {
            $facet = $facets[$filter.InstanceID]
            if (-not $facet) { $facet = $facets[$filter.InstanceID] = @{} }
            foreach ($name in $kinds[$kind]) {
                $text = @($filter.$name) -join "`n"
                # Two stores may hold rules of one name: what their filters say differently is not known of either.
                $differs = $facet.ContainsKey($name) -and $facet[$name] -ne $text
                $facet[$name] = if ($differs) { '' } else { $text }
            }
        }
    }
    $listed = foreach ($rule in Get-NetFirewallRule -PolicyStore ActiveStore -ErrorAction Stop) {
        $entry = @{}
        foreach ($name in $own) { $entry[$name] = @($rule.$name) -join ',' }
        # What is not known is left out: an empty value would mean "any".
        $facet = $facets[$rule.InstanceID]
        foreach ($name in $facet.Keys) {
            if ($facet[$name]) { $entry[$name] = @($facet[$name] -split "`n") }
        }
        ConvertTo-Json $entry -Compress
    }
    if (-not $listed) { throw 'it holds no rule' }
    # Rule by rule: a list of one rule stays a list in every version of ConvertTo-Json.
    [IO.File]::WriteAllText($File, "{""store"": ""ActiveStore"", ""rules"": [`n" + (@($listed) -join ",`n") + "`n]}")
}

$Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
$server = $env:COMPUTERNAME
$work = Join-Path $env:TEMP ('fwproof-' + [Guid]::NewGuid())
New-Item -ItemType Directory -Path $work | Out-Null
Push-Location $work
try {
    Save-Part 'netsh-rules.txt' { Save-Output 'netsh advfirewall firewall show rule name=all verbose' 'netsh-rules.txt' }
    foreach ($what in 'allprofiles', 'currentprofile') {
        Save-Part "netsh-$what.txt" { Save-Output "netsh advfirewall show $what" "netsh-$what.txt" }
    }
    foreach ($family in 'ipv4', 'ipv6') {
        Save-Part "netsh-dynamicport-$family.txt" {
            Save-Output "netsh int $family show dynamicport tcp" "netsh-dynamicport-$family.txt"
        }
    }

    # The registry: local policy and group policy, rules and profiles only.
    $local = 'HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
    $group = 'HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall'
    $parts = -split 'FirewallRules DomainProfile StandardProfile PrivateProfile PublicProfile RestrictedServices Mdm'
    foreach ($key in @($parts | ForEach-Object { "$local\$_" }) + @($parts | ForEach-Object { "$group\$_" })) {
        Save-Part "registry.reg: $key" {
            if (Test-Path ($key -replace '^HKLM', 'HKLM:')) {
                Save-Output "reg export $key part.reg /y" 'part.txt'
                Add-Content registry.reg (Get-Content part.reg) -Encoding Unicode
            }
        }
    }
    Remove-Item part.*

    # The active store with all filters, where the cmdlets exist (Windows Server 2012 and later).
    if (Get-Command Get-NetFirewallRule -ErrorAction SilentlyContinue) {
        Save-Part 'active-store.json' { Save-ActiveStore "$work\active-store.json" }
    }

    $ask = if (Get-Command Get-CimInstance -ErrorAction SilentlyContinue) { 'Get-CimInstance' } else { 'Get-WmiObject' }
    $system = Save-Part 'version' { & $ask Win32_OperatingSystem }
    $service = Save-Part 'service' { (Get-Service MpsSvc).Status }
    $addresses = @(Save-Part 'addresses' {
        foreach ($card in & $ask Win32_NetworkAdapterConfiguration | Where-Object { $_.IPEnabled }) {
            for ($i = 0; $i -lt $card.IPAddress.Count; $i++) { $card.IPAddress[$i] + '/' + $card.IPSubnet[$i] }
        }
    })
    # Which profile each network has: a server may stand in several at once. One without addresses is no failure.
    $networks = @(Save-Part 'networks' {
        if (Get-Command Get-NetConnectionProfile -ErrorAction SilentlyContinue) {
            foreach ($network in Get-NetConnectionProfile -ErrorAction Stop) {
                Get-NetIPAddress -InterfaceIndex $network.InterfaceIndex -ErrorAction SilentlyContinue |
                    ForEach-Object { "$($network.NetworkCategory) $($_.IPAddress)" }
            }
        }
    })
    $roles = @(Save-Part 'roles' {
        $exchange = 'HKLM:\SOFTWARE\Microsoft\ExchangeServer'
        -split 'ClientAccessRole HubTransportRole MailboxRole UnifiedMessagingRole EdgeTransportRole' |
            Where-Object { Test-Path "$exchange\v14\$_" }
        if (Test-Path "$exchange\v15\Setup") {
            $minor = (Get-ItemProperty "$exchange\v15\Setup").MsiProductMinor  # 0: 2013, 1: 2016, 2: 2019
            -split 'CafeRole MailboxRole EdgeTransportRole' | Where-Object { Test-Path "$exchange\v15\$_" } |
                ForEach-Object { "v15.$minor $_" }
        }
        if (Test-Path 'HKLM:\SYSTEM\CurrentControlSet\Services\NTDS\Parameters') { 'DomainController' }
    })
    $files = @(Get-ChildItem $work | ForEach-Object { $_.Name })

    # The manifest: written by hand, because PowerShell 2.0 has no ConvertTo-Json.
    function Format-Text([string]$Text) {
        '"' + ($Text -replace '[\x00-\x1f]+', ' ').Replace('\', '\\').Replace('"', '\"') + '"'
    }
    function Format-Texts($Texts) { '[' + (@($Texts | ForEach-Object { Format-Text $_ }) -join ', ') + ']' }
    [IO.File]::WriteAllText("$work\manifest.json", @"
{
  "schema": "fwproof-collect/1",
  "script": "2",
  "host": $(Format-Text $server),
  "caption": $(Format-Text $system.Caption),
  "version": $(Format-Text $system.Version),
  "collected": $(Format-Text ([DateTime]::UtcNow.ToString('s') + 'Z')),
  "service": $(Format-Text $service),
  "addresses": $(Format-Texts $addresses),
  "networks": $(Format-Texts $networks),
  "roles": $(Format-Texts $roles),
  "files": $(Format-Texts $files),
  "failed": $(Format-Texts $failed)
}
"@)

    $zip = Join-Path $Folder "$server-firewall.zip"
    if (Test-Path -LiteralPath $zip) { Remove-Item -LiteralPath $zip }
    function Test-Assembly([string]$Name) { try { Add-Type -AssemblyName $Name; $true } catch { $false } }
    if (Test-Assembly System.IO.Compression.FileSystem) {
        [IO.Compression.ZipFile]::CreateFromDirectory($work, $zip)
    } elseif (Test-Assembly WindowsBase) {
        $package = [IO.Packaging.Package]::Open($zip, [IO.FileMode]::Create)
        foreach ($file in Get-ChildItem $work) {
            $uri = New-Object Uri("/$($file.Name)", [UriKind]::Relative)
            $part = $package.CreatePart($uri, 'application/octet-stream', [IO.Packaging.CompressionOption]::Normal)
            $bytes = [IO.File]::ReadAllBytes($file.FullName)
            $stream = $part.GetStream()
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.Close()
        }
        $package.Close()
    } else {
        # Windows Server 2008 R2 without .NET 3.5: fwproof reads the folder as well.
        $zip = Join-Path $Folder "$server-firewall"
        if (Test-Path -LiteralPath $zip) { Remove-Item -LiteralPath $zip -Recurse }
        New-Item -ItemType Directory -Path $zip | Out-Null
        Copy-Item "$work\*" $zip
    }
    Write-Output "Written: $zip"
} finally {
    Pop-Location
    Remove-Item -Recurse -Force $work
}
